#include "net/transport/filter.hpp"

#include <utility>

namespace cafq::transport {

step filter::handshake(protocol::input_buffer&, std::vector<char>&) {
  return step::more;
}

void filter::close(std::vector<char>&) {
  // nop
}

step filter::fail(std::string why) {
  error_ = std::move(why);
  return step::failed;
}

} // namespace cafq::transport
