#include "tools/daemon/door.hpp"

#include "net/loop/socket.hpp"

#include <stdexcept>

namespace cafq {

namespace {

int open(const std::string& address) {
  try {
    return net::listen_on(address);
  } catch (const net::socket_error& ex) {
    throw std::runtime_error("listen (" + address + ") failed - " + ex.what());
  }
}

} // namespace

door::door(const std::string& address) : fd_(open(address)), file_(fd_) {
  // nop
}

std::string door::address() const {
  return net::local_address(fd_);
}

int port_of(const std::string& address) {
  if (net::is_socket_path(address))
    return -1;
  return std::stoi(address.substr(address.rfind(':') + 1));
}

} // namespace cafq
