#pragma once

#include "tools/cafq/bench/bench_run.hpp"
#include "tools/cafq/bench/consumer.hpp"
#include "tools/cafq/bench/delivery_log.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cafq::bench {

/// The consuming connections of a run, and what each channel of each topic
/// got.
class consumer_group {
public:
  /// Subscribes, without being ready for messages yet.
  /// @param run Keeps it; it is to outlive this.
  /// @param whose Whose messages count; without, those of every bench.
  consumer_group(bench_run& run, consume_options options,
                 std::optional<std::uint32_t> whose);

  /// Asks for messages.
  void ready();

  /// Waits until every channel has all of `messages`, that the topics share;
  /// or until nothing comes any more.
  void await(std::uint64_t messages);

  /// Deliveries of all kinds, over all channels.
  [[nodiscard]] std::uint64_t deliveries() const noexcept {
    return deliveries_;
  }

  /// Deliveries that were neither given back nor seen before.
  [[nodiscard]] std::uint64_t distinct() const;

  /// What await() still wants.
  [[nodiscard]] std::uint64_t missing(std::uint64_t messages) const;

  [[nodiscard]] std::size_t channels() const noexcept {
    return options_.channels;
  }

  void describe(report& out) const;

  /// Adds duplicates and so on.
  void add_counts(report& out) const;

private:
  void open(const std::string& topic, const std::string& channel,
            std::optional<std::uint32_t> whose);

  bench_run& run_;
  consume_options options_;
  std::deque<delivery_log> logs_;
  std::deque<order> places_;
  std::vector<std::unique_ptr<consumer>> consumers_;
  std::uint64_t deliveries_ = 0;
};

} // namespace cafq::bench
