#pragma once

#include "tools/cafq/bench/nsq_load.hpp"

#include <chrono>
#include <cstdint>
#include <functional>

namespace cafq::bench {

/// What a consumer does with what it gets.
struct finish_options {
  /// Leave every message in flight.
  bool none = false;
  /// The part of the deliveries that is requeued instead: 0 to 1.
  double requeue_share = 0;
  std::chrono::milliseconds requeue_delay{0};
};

/// Settles every message at once; one write for all FINs of a read.
class consumer final : public nsq_load {
public:
  enum class verdict : std::uint8_t { finished, requeued, kept };

  /// Gets each message, when it came, and what became of it.
  using sink = std::function<void(const tool::message_view& message,
                                  time_point at, verdict what)>;

  /// @param opened Has subscribed.
  consumer(event_loop& loop, tool::connection opened,
           const finish_options& with, sink on_message);

  /// Sends RDY.
  void ready(std::uint64_t rdy);

  /// Messages the broker did not let us settle: it took them back before.
  [[nodiscard]] std::uint64_t refused() const noexcept {
    return refused_;
  }

private:
  void on_frame(const tool::frame& input) override;

  [[nodiscard]] verdict settle(std::string_view id);

  finish_options finish_;
  sink on_message_;
  /// What is owed of the next requeue.
  double requeue_due_ = 0;
  std::uint64_t refused_ = 0;
};

} // namespace cafq::bench
