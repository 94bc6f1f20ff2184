#pragma once

#include "tools/cafq/bench/delivery_log.hpp"
#include "tools/cafq/bench/nsq_load.hpp"
#include "tools/cafq/bench/publish_window.hpp"

namespace cafq::bench {

/// A client with little to do: publishes when told, finishes what it is given.
class idle_client final : public nsq_load {
public:
  /// @param opened Has subscribed, if it is to get messages.
  /// @param log Notes them; kept.
  idle_client(event_loop& loop, tool::connection opened, publish_window window,
              delivery_log& log);

  /// Sends RDY 1.
  void ready();

  void publish(time_point due);

private:
  void on_frame(const tool::frame& input) override;

  publish_window window_;
  delivery_log& log_;
  order place_;
};

} // namespace cafq::bench
