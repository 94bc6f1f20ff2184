#include "tools/daemon/listeners.hpp"

#include <algorithm>

namespace cafq {

listener_limits http_limits(size_t files) {
  const auto most = std::clamp<size_t>(files / 8, 4, 2000);
  listener_limits result;
  result.max_connections = most;
  result.max_silent = most / 2;
  result.reserve = std::clamp<size_t>(most / 8, 2, 32);
  result.silence = {};
  return result;
}

size_t files_for(const listener_limits& x) {
  return x.max_connections + x.reserve;
}

} // namespace cafq
