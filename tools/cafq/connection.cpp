#include "tools/cafq/connection.hpp"

#include "tools/cafq/error.hpp"
#include "tools/cafq/socket_io.hpp"

#include <string>
#include <utility>

namespace cafq::tool {

connection::connection(const endpoint& where, const identity& who,
                       std::size_t buffer)
  : connection(connect_to(where), who, buffer) {
  // nop
}

connection::connection(unique_fd connected, const identity& who,
                       std::size_t buffer)
  : fd_(std::move(connected)), input_(buffer) {
  std::string hello{magic};
  append_identify(hello, who);
  request(hello);
}

void connection::send(std::string_view bytes) {
  send_all(fd(), bytes);
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
  input_.commit(receive_more(fd(), input_.space()));
}

void throw_if_error(const frame& answer) {
  if (answer.type == frame_type::error)
    throw error("the broker answered " + std::string{answer.data});
}

} // namespace cafq::tool
