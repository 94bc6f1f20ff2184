#pragma once

#include "tools/cafq/bench/event_loop.hpp"
#include "tools/cafq/connection.hpp"

#include <string>
#include <string_view>

namespace cafq::bench {

/// A connection under load: what was read at once is handled at once, and
/// what that makes us say is written at once.
class load_connection : public event_handler {
public:
  /// @param opened Has identified itself and no answer to wait for.
  load_connection(event_loop& loop, tool::connection opened);

  void on_event(std::uint32_t events) final;

protected:
  /// Takes a frame that is no heartbeat.
  virtual void on_frame(const tool::frame& input) = 0;

  /// Comes after the last frame of a read.
  virtual void on_batch_end() {
    // nop
  }

  /// Keeps bytes for flush().
  void queue(std::string_view bytes) {
    output_ += bytes;
  }

  [[nodiscard]] std::string& output() noexcept {
    return output_;
  }

  /// Writes what the socket takes; the loop writes the rest.
  void flush();

  /// When the current read returned.
  [[nodiscard]] time_point now() const noexcept {
    return now_;
  }

private:
  void read();

  event_loop& loop_;
  tool::connection connection_;
  std::string output_;
  std::size_t written_ = 0;
  bool write_watched_ = false;
  time_point now_;
};

} // namespace cafq::bench
