#pragma once

#include "tools/cafq/command.hpp"
#include "tools/cafq/endpoint.hpp"
#include "tools/cafq/frame_reader.hpp"
#include "tools/cafq/unique_fd.hpp"

#include <cstddef>
#include <string_view>

namespace cafq::tool {

/// A conversation with a broker over a blocking socket: one answer is awaited
/// before the next step. The bench opens its connections with it, too.
class connection {
public:
  /// Connects and identifies.
  connection(const endpoint& where, const identity& who,
             std::size_t buffer = frame_reader::default_capacity);

  /// Identifies over a connected socket.
  connection(unique_fd connected, const identity& who,
             std::size_t buffer = frame_reader::default_capacity);

  void send(std::string_view bytes);

  /// Reads until a frame is there and answers heartbeats on the way.
  [[nodiscard]] frame receive();

  /// Sends a command that has exactly one answer.
  /// @throws error with the broker's own words when that is an error.
  void request(std::string_view bytes);

  void subscribe(std::string_view topic, std::string_view channel);

  /// Reads once; nothing when a non-blocking socket has nothing.
  /// @throws error when the broker closed the connection.
  void fill();

  [[nodiscard]] frame_reader& input() noexcept {
    return input_;
  }

  [[nodiscard]] int fd() const noexcept {
    return fd_.get();
  }

private:
  unique_fd fd_;
  frame_reader input_;
};

/// @throws error when `answer` is the broker's.
void throw_if_error(const frame& answer);

} // namespace cafq::tool
