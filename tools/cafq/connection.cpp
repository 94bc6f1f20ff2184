#include "tools/cafq/connection.hpp"

#include "tools/cafq/error.hpp"

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <sys/socket.h>

namespace cafq::tool {

connection::connection(const endpoint& where, const identity& who)
  : connection(connect_to(where), who) {
  // nop
}

connection::connection(unique_fd connected, const identity& who)
  : fd_(std::move(connected)) {
  std::string hello{magic};
  append_identify(hello, who);
  request(hello);
}

void connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(n));
    else if (errno != EINTR)
      throw error(std::string{"cannot send to the broker: "}
                  + std::strerror(errno));
  }
}

frame connection::receive() {
  for (;;) {
    while (const auto answer = input_.next()) {
      if (!answer->is_heartbeat())
        return *answer;
      send(nop);
    }
    fill();
  }
}

void connection::request(std::string_view bytes) {
  send(bytes);
  throw_if_error(receive());
}

void connection::subscribe(std::string_view topic, std::string_view channel) {
  std::string command;
  append_sub(command, topic, channel);
  request(command);
}

void connection::fill() {
  const auto space = input_.space();
  ssize_t n = 0;
  do {
    n = ::recv(fd(), space.data(), space.size(), 0);
  } while (n < 0 && errno == EINTR);
  if (n == 0)
    throw error("the broker closed the connection");
  if (n < 0 && errno == EAGAIN)
    return;
  if (n < 0)
    throw error(std::string{"cannot read from the broker: "}
                + std::strerror(errno));
  input_.commit(static_cast<std::size_t>(n));
}

void throw_if_error(const frame& answer) {
  if (answer.type == frame_type::error)
    throw error("the broker answered " + std::string{answer.data});
}

} // namespace cafq::tool
