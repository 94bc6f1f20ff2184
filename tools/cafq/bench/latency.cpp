#include "tools/cafq/bench/latency.hpp"

#include "tools/cafq/bench/bench_run.hpp"
#include "tools/cafq/bench/consumer.hpp"
#include "tools/cafq/bench/histogram.hpp"
#include "tools/cafq/bench/publisher.hpp"
#include "tools/cafq/bench/ticker.hpp"

#include <algorithm>
#include <functional>

namespace cafq::bench {

namespace {

// Between the set-up and the first message.
constexpr std::chrono::milliseconds lead{20};

std::uint64_t to_nanoseconds(duration d) {
  return static_cast<std::uint64_t>(
    std::chrono::nanoseconds{std::max(d, duration{0})}.count());
}

class latency {
public:
  explicit latency(const latency_options& options)
    : options_(options),
      run_(options),
      interval_(from_seconds(1 / options.rate)),
      consumer_(run_.loop(), run_.open_consumer("bench0"), options.rdy,
                [this](auto body, auto at) { note(body, at); }),
      publisher_(run_.loop(), run_.open_publisher(),
                 command_template{run_.topic(), 1, options.size}, acks_) {
    // nop
  }

  /// The load goes on until the last measured message is there: the broker
  /// may hold back what is followed by nothing.
  outcome run() {
    begin_ = clock::now() + lead + from_seconds(options_.warmup_s);
    end_ = begin_ + from_seconds(options_.duration_s);
    next_due_ = begin_ - from_seconds(options_.warmup_s);
    start_measuring();
    {
      const ticker metronome{run_.loop(), next_due_, interval_,
                             [this](auto ticks) {
                               publish(ticks);
                             }};
      wait([this] { return next_due_ >= end_ && measured() >= sent_; });
    }
    run_.cost().stop();
    const auto result = summarize();
    wait([this] { return received_ >= published_; });
    return {result, sent_ - std::min(sent_, measured())};
  }

private:
  void wait(const std::function<bool()>& done) {
    run_.poll_until(
      done, [this] { return received_ + (next_due_ < end_ ? published_ : 0); });
  }

  void publish(std::uint64_t ticks) {
    const auto now = clock::now();
    const auto was_warm = is_measured(next_due_);
    for (; ticks > 0; --ticks, next_due_ += interval_) {
      publisher_.publish(
        {.run = run_.id(),
         .value = to_nanoseconds(next_due_.time_since_epoch())},
        next_due_);
      ++published_;
      if (is_measured(next_due_)) {
        ++sent_;
        lateness_.record(to_nanoseconds(now - next_due_));
      }
    }
    publisher_.flush();
    // Between two messages, where there is time for it.
    if (!was_warm && is_measured(next_due_))
      start_measuring();
  }

  void start_measuring() {
    acks_.latency.clear();
    warm_up_ = published_;
    run_.cost().start();
  }

  void note(std::string_view body, time_point at) {
    const auto header = load_header(body);
    if (!header || header->run != run_.id())
      return;
    ++received_;
    const time_point due{std::chrono::nanoseconds{header->value}};
    if (is_measured(due))
      delivered_.record(to_nanoseconds(at - due));
  }

  [[nodiscard]] bool is_measured(time_point due) const {
    return due >= begin_ && due < end_;
  }

  [[nodiscard]] std::uint64_t measured() const {
    return delivered_.count();
  }

  [[nodiscard]] report summarize() const {
    report out;
    run_.describe(out, "latency");
    out.add("rate", options_.rate);
    out.add("published", sent_);
    out.add("delivered", delivered_.count());
    add_quantiles(out, "latency", delivered_, {0.5, 0.9, 0.99, 0.999});
    add_quantiles(out, "ack", acks_.latency, {0.5, 0.99});
    add_quantiles(out, "generator_late", lateness_, {0.5, 0.99});
    run_.cost().add_to(out, published_ - warm_up_);
    return out;
  }

  const latency_options& options_;
  bench_run run_;
  duration interval_;
  histogram delivered_;
  histogram lateness_;
  ack_log acks_;
  consumer consumer_;
  publisher publisher_;
  time_point begin_;
  time_point end_;
  time_point next_due_;
  // All that was published and received, and what of it was measured.
  std::uint64_t published_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t warm_up_ = 0;
};

} // namespace

outcome run_latency(const latency_options& options) {
  return latency{options}.run();
}

} // namespace cafq::bench
