#pragma once

#include "tools/cafq/bench/load_connection.hpp"
#include "tools/cafq/connection.hpp"

namespace cafq::bench {

/// A load_connection that speaks NSQ's protocol and answers heartbeats.
class nsq_load : public load_connection {
protected:
  /// @param opened Has identified itself and no answer to wait for.
  nsq_load(event_loop& loop, tool::connection opened);

  /// Takes a frame that is no heartbeat.
  virtual void on_frame(const tool::frame& input) = 0;

  /// Comes after the last frame of a read.
  virtual void on_batch_end() {
    // nop
  }

  /// When the current read returned.
  [[nodiscard]] time_point now() const noexcept {
    return now_;
  }

private:
  void receive() final;

  tool::connection connection_;
  time_point now_;
};

} // namespace cafq::bench
