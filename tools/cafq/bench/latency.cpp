#include "tools/cafq/bench/latency.hpp"

#include "tools/cafq/bench/bench_run.hpp"
#include "tools/cafq/bench/consumer.hpp"
#include "tools/cafq/bench/delivery_log.hpp"
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
      command_(command_template::nsq(run_.topics(), 1, options.size)),
      interval_(from_seconds(1 / options.rate)),
      none_(0),
      log_(run_.id()),
      consumer_(
        run_.loop(), run_.open_consumer(run_.topics().front(), "bench0"), {},
        [this](const auto& message, auto at, auto) { note(message, at); }),
      publisher_(run_.loop(), run_.open_connection(),
                 {command_, acks_, none_, {.run = run_.id()}}) {
    consumer_.ready(options.rdy);
  }

  /// The load goes on until the last measured message is there: the broker
  /// may hold back what is followed by nothing.
  outcome run() {
    start_ = clock::now() + lead;
    begin_ = start_ + from_seconds(options_.warmup_s);
    end_ = begin_ + from_seconds(options_.duration_s);
    start_measuring();
    {
      const ticker metronome{run_.loop(), start_, interval_,
                             [this](auto ticks) {
                               publish(ticks);
                             }};
      wait([this] { return next_due() >= end_ && measured() >= sent_; });
    }
    run_.cost().stop();
    const auto result = summarize();
    wait([this] { return log_.distinct() >= published_; });
    return {result, sent_ - std::min(sent_, measured())};
  }

private:
  void wait(const std::function<bool()>& done) {
    run_.poll_until(done, [this] {
      return log_.distinct() + (next_due() < end_ ? published_ : 0);
    });
  }

  void publish(std::uint64_t ticks) {
    const auto now = clock::now();
    const auto was_warm = is_measured(next_due());
    for (; ticks > 0; --ticks) {
      const auto due = next_due();
      publisher_.publish(due);
      ++published_;
      if (is_measured(due)) {
        ++sent_;
        lateness_.record(to_nanoseconds(now - due));
      }
    }
    publisher_.flush();
    // Between two messages, where there is time for it.
    if (!was_warm && is_measured(next_due()))
      start_measuring();
  }

  void start_measuring() {
    acks_.latency.clear();
    warm_up_ = published_;
    run_.cost().start();
  }

  void note(const tool::message_view& message, time_point at) {
    const auto before = log_.distinct();
    log_.note(message.body, place_, message.attempts);
    if (log_.distinct() == before)
      return;
    const auto due = due_of(load_header(message.body)->sequence);
    if (is_measured(due))
      delivered_.record(to_nanoseconds(at - due));
  }

  [[nodiscard]] time_point due_of(std::uint64_t sequence) const {
    return start_ + static_cast<duration::rep>(sequence) * interval_;
  }

  [[nodiscard]] time_point next_due() const {
    return due_of(published_);
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
    out.add("missing", sent_ - std::min(sent_, measured()));
    out.add("duplicates", log_.duplicates());
    out.add("out_of_order", log_.out_of_order());
    add_quantiles(out, "latency", delivered_, {0.5, 0.9, 0.99, 0.999});
    add_quantiles(out, "ack", acks_.latency, {0.5, 0.99});
    add_quantiles(out, "generator_late", lateness_, {0.5, 0.99});
    run_.cost().add_to(out, published_ - warm_up_);
    return out;
  }

  const latency_options& options_;
  bench_run run_;
  command_template command_;
  duration interval_;
  /// Messages are published when they are due and at no other time.
  budget none_;
  delivery_log log_;
  order place_;
  histogram delivered_;
  histogram lateness_;
  ack_log acks_;
  consumer consumer_;
  publisher publisher_;
  time_point start_;
  time_point begin_;
  time_point end_;
  // All that was published, and what of it was measured.
  std::uint64_t published_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t warm_up_ = 0;
};

} // namespace

outcome run_latency(const latency_options& options) {
  return latency{options}.run();
}

} // namespace cafq::bench
