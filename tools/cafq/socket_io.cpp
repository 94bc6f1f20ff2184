#include "tools/cafq/socket_io.hpp"

#include "tools/cafq/error.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <sys/socket.h>

namespace cafq::tool {

void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(n));
    else if (errno != EINTR)
      throw error(std::string{"cannot send to the broker: "}
                  + std::strerror(errno));
  }
}

std::optional<std::size_t> receive_some(int fd, std::span<char> space) {
  ssize_t n = 0;
  do {
    n = ::recv(fd, space.data(), space.size(), 0);
  } while (n < 0 && errno == EINTR);
  if (n < 0 && errno == EAGAIN)
    return std::nullopt;
  if (n < 0)
    throw error(std::string{"cannot read from the broker: "}
                + std::strerror(errno));
  return static_cast<std::size_t>(n);
}

std::size_t receive_more(int fd, std::span<char> space) {
  const auto n = receive_some(fd, space);
  if (n == std::size_t{0})
    throw error("the broker closed the connection");
  return n.value_or(0);
}

} // namespace cafq::tool
