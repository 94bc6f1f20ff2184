#pragma once

#include "net/loop/unix_socket.hpp"

#include <string>

namespace cafq {

/// A socket that listens, and its file if it is one of Unix.
class door {
public:
  /// @throws std::runtime_error in the words of the fatal log line.
  explicit door(const std::string& address);

  [[nodiscard]] int fd() const noexcept {
    return fd_;
  }

  [[nodiscard]] std::string address() const;

private:
  int fd_;
  net::socket_file file_;
};

/// Returns the port of `host:port`, -1 for a path or nothing.
[[nodiscard]] int port_of(const std::string& address);

} // namespace cafq
