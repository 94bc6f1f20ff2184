#pragma once

#include "tools/cafq/bench/event_loop.hpp"

#include <string>

namespace cafq::bench {

/// A connection under load: what was read at once is handled at once, and
/// what that makes us say is written at once. The protocol is up to the
/// derived class, which owns the socket.
class load_connection : public event_handler {
public:
  void on_event(std::uint32_t events) final;

protected:
  load_connection(event_loop& loop, int fd);

  /// Reads once, and handles what came.
  /// @throws tool::error when the broker closed the connection.
  virtual void receive() = 0;

  /// What is to be written by flush().
  [[nodiscard]] std::string& output() noexcept {
    return output_;
  }

  /// Writes what the socket takes; the loop writes the rest.
  void flush();

private:
  event_loop& loop_;
  int fd_;
  std::string output_;
  std::size_t written_ = 0;
  bool write_watched_ = false;
};

} // namespace cafq::bench
