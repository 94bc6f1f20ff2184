#include "tools/cafq/bench/throughput.hpp"

#include "tools/cafq/bench/bench_run.hpp"
#include "tools/cafq/bench/consumer.hpp"
#include "tools/cafq/bench/delivery_log.hpp"
#include "tools/cafq/bench/ticker.hpp"
#include "tools/cafq/bench/window_publisher.hpp"
#include "tools/cafq/error.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace cafq::bench {

namespace {

// With a rate, commands go out in bursts of this much.
constexpr std::chrono::milliseconds burst{1};

/// Counts since the first connection; those of the measurement are the
/// difference of two.
struct counts {
  time_point at;
  std::uint64_t acknowledged = 0;
  std::uint64_t delivered = 0;
};

class throughput {
public:
  explicit throughput(const throughput_options& options)
    : options_(options),
      run_(options),
      budget_(options.rate / static_cast<double>(options.batch)) {
    // Channels first: a message is for those there are.
    for (std::size_t i = 0; i < options_.channels; ++i)
      open_channel("bench" + std::to_string(i));
    open_publishers();
  }

  outcome run() {
    warm_up();
    run_.cost().start();
    const auto begin = count();
    publish();
    const auto published = count();
    await_deliveries();
    const auto end = count();
    run_.cost().stop();
    if (options_.drain)
      drain();
    return {summarize(begin, published, end), missing()};
  }

private:
  // -- set-up ----------------------------------------------------------------

  void open_channel(const std::string& name) {
    auto& log = channels_.emplace_back(options_.connections);
    const auto sink = [this, &log](std::string_view body, time_point) {
      note(log, body);
    };
    for (std::size_t i = 0; i < options_.consumers; ++i)
      consumers_.push_back(std::make_unique<consumer>(
        run_.loop(), run_.open_consumer(name), options_.rdy, sink));
  }

  void open_publishers() {
    const command_template command{run_.topic(), options_.batch, options_.size};
    for (std::size_t i = 0; i < options_.connections; ++i)
      publishers_.push_back(std::make_unique<window_publisher>(
        run_.loop(), run_.open_publisher(), command, acks_, budget_,
        window_publisher::settings{
          .batch = options_.batch,
          .outstanding = options_.outstanding,
          .header = {.run = run_.id(),
                     .producer = static_cast<std::uint32_t>(i)}}));
  }

  void note(delivery_log& log, std::string_view body) {
    const auto header = load_header(body);
    if (!header && options_.size < body_header::size)
      log.note_anonymous();
    else if (!header || header->run != run_.id())
      ++foreign_;
    else
      log.note(header->producer, header->value);
  }

  // -- phases ----------------------------------------------------------------

  /// Also delivers, so that the measurement does not pay for it.
  void warm_up() {
    if (options_.warmup_s <= 0)
      return;
    publish_for(options_.warmup_s);
    await_deliveries();
    acks_.latency.clear();
  }

  void publish() {
    if (!options_.messages)
      return publish_for(options_.duration_s);
    const auto commands = (*options_.messages + options_.batch - 1)
                          / options_.batch;
    budget_.start(clock::now(), commands);
    spend_budget();
  }

  void publish_for(double seconds) {
    const auto now = clock::now();
    budget_.start(now, now + from_seconds(seconds));
    spend_budget();
  }

  void spend_budget() {
    std::optional<ticker> pacer;
    if (options_.rate > 0)
      pacer.emplace(run_.loop(), clock::now(), burst,
                    [this](auto) { refill(); });
    refill();
    const auto done = [this] {
      return acks_.unanswered == 0 && budget_.spent(clock::now());
    };
    if (!run_.poll_until(done, [this] { return acks_.messages; }))
      throw tool::error("the broker does not acknowledge any more");
  }

  void await_deliveries() {
    run_.poll_until(
      [this] {
        return std::all_of(
          channels_.begin(), channels_.end(),
          [this](const auto& log) { return log.distinct() >= acks_.messages; });
      },
      [this] { return delivered() + duplicates(); });
  }

  /// Takes what was published out again.
  void drain() {
    open_channel("drain");
    await_deliveries();
  }

  void refill() {
    for (const auto& publisher : publishers_)
      publisher->refill(clock::now());
  }

  // -- results ---------------------------------------------------------------

  template <class Getter>
  [[nodiscard]] std::uint64_t sum(Getter of) const {
    return std::accumulate(
      channels_.begin(), channels_.end(), std::uint64_t{0},
      [of](auto total, const auto& log) { return total + (log.*of)(); });
  }

  [[nodiscard]] std::uint64_t delivered() const {
    return sum(&delivery_log::distinct);
  }

  [[nodiscard]] std::uint64_t duplicates() const {
    return sum(&delivery_log::duplicates);
  }

  [[nodiscard]] counts count() const {
    return {.at = clock::now(),
            .acknowledged = acks_.messages,
            .delivered = delivered()};
  }

  [[nodiscard]] report summarize(const counts& begin, const counts& published,
                                 const counts& end) const {
    report out;
    run_.describe(out, options_.channels > 0 ? "pubsub" : "pub");
    out.add("connections", options_.connections);
    out.add("batch", options_.batch);
    out.add("outstanding", options_.outstanding);
    const auto sent = published.acknowledged - begin.acknowledged;
    const auto publish_s = to_seconds(published.at - begin.at);
    out.add("published", sent);
    out.add("publish_s", publish_s);
    out.add("published_per_s", static_cast<double>(sent) / publish_s);
    add_quantiles(out, "ack", acks_.latency, {0.5, 0.99});
    if (options_.channels > 0)
      add_deliveries(out, begin, end, sent);
    run_.cost().add_to(out, sent);
    return out;
  }

  void add_deliveries(report& out, const counts& begin, const counts& end,
                      std::uint64_t sent) const {
    out.add("channels", options_.channels);
    out.add("consumers", consumers_.size());
    const auto received = end.delivered - begin.delivered;
    const auto seconds = to_seconds(end.at - begin.at);
    out.add("delivered", received);
    out.add("end_to_end_s", seconds);
    // What the slowest channel keeps up with.
    out.add("end_to_end_per_s", static_cast<double>(sent) / seconds);
    out.add("delivered_per_s", static_cast<double>(received) / seconds);
    out.add("missing", missing());
    out.add("duplicates", duplicates());
    out.add("out_of_order", sum(&delivery_log::out_of_order));
    out.add("foreign", foreign_);
    out.add("fin_refused",
            std::accumulate(consumers_.begin(), consumers_.end(),
                            std::uint64_t{0},
                            [](auto total, const auto& consumer) {
                              return total + consumer->refused();
                            }));
  }

  [[nodiscard]] std::uint64_t missing() const {
    const auto expected = acks_.messages * channels_.size();
    return expected - std::min(expected, delivered());
  }

  const throughput_options& options_;
  bench_run run_;
  budget budget_;
  ack_log acks_;
  std::deque<delivery_log> channels_;
  std::vector<std::unique_ptr<consumer>> consumers_;
  std::vector<std::unique_ptr<window_publisher>> publishers_;
  std::uint64_t foreign_ = 0;
};

} // namespace

outcome run_throughput(const throughput_options& options) {
  return throughput{options}.run();
}

} // namespace cafq::bench
