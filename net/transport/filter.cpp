#include "net/transport/filter.hpp"

#include <utility>

namespace cafq::transport {

void filter::close(std::vector<char>&) {
  // nop
}

step filter::fail(std::string why) {
  error_ = std::move(why);
  return step::failed;
}

} // namespace cafq::transport
