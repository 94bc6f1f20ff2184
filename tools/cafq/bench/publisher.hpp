#pragma once

#include "tools/cafq/bench/nsq_load.hpp"
#include "tools/cafq/bench/publish_window.hpp"

namespace cafq::bench {

/// Publishes with PUB or MPUB.
class publisher final : public nsq_load, public refillable {
public:
  publisher(event_loop& loop, tool::connection opened, publish_window window);

  /// Sends one command that counts as sent at `due`, at the next flush().
  void publish(time_point due);

  void refill(time_point at) override;

  using load_connection::flush;

private:
  void on_frame(const tool::frame& input) override;

  void on_batch_end() override;

  publish_window window_;
};

} // namespace cafq::bench
