#pragma once

#include "tools/cafq/bench/budget.hpp"
#include "tools/cafq/bench/publisher.hpp"

namespace cafq::bench {

/// Keeps a number of commands unanswered for as long as the budget allows.
class window_publisher final : public publisher {
public:
  struct settings {
    std::size_t batch = 1;
    std::size_t outstanding = 1;
    /// Of its first message.
    body_header header;
  };

  window_publisher(event_loop& loop, tool::connection opened,
                   command_template command, ack_log& acks, budget& allowed,
                   const settings& with);

  /// Sends what the window and the budget have room for.
  void refill(time_point at);

protected:
  void on_batch_end() override;

private:
  budget& allowed_;
  settings settings_;
};

} // namespace cafq::bench
