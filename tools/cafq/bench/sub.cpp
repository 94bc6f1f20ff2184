#include "tools/cafq/bench/sub.hpp"

#include "tools/cafq/bench/bench_run.hpp"
#include "tools/cafq/bench/consumer_group.hpp"
#include "tools/cafq/bench/publisher_group.hpp"

#include <algorithm>
#include <optional>

namespace cafq::bench {

namespace {

class sub {
public:
  explicit sub(const sub_options& options)
    : options_(options),
      run_(options),
      consumers_(run_, options.consume, own_messages()) {
    // nop
  }

  outcome run() {
    report out;
    run_.describe(out, "sub");
    consumers_.describe(out);
    if (options_.publish.messages)
      publish(out);
    else if (!options_.messages)
      warm_up();
    run_.cost().start();
    begin_ = clock::now();
    before_ = consumers_.deliveries();
    consumers_.ready();
    consume();
    run_.cost().stop();
    summarize(out);
    return {out, missing()};
  }

private:
  [[nodiscard]] std::optional<std::uint32_t> own_messages() const {
    if (options_.publish.messages)
      return run_.id();
    return std::nullopt;
  }

  /// Nobody is ready for them, so all of them wait.
  void publish(report& out) {
    publisher_group publishers{run_, options_.publish};
    run_.cost().start();
    const auto begin = clock::now();
    publishers.publish_messages(*options_.publish.messages);
    run_.cost().stop();
    published_ = publishers.acknowledged();
    const auto seconds = to_seconds(clock::now() - begin);
    out.add("published", published_);
    out.add("publish_s", seconds);
    out.add("published_per_s", static_cast<double>(published_) / seconds);
    if (const auto cost = run_.cost().us_per(published_))
      out.add("publish_broker_cpu_us_per_message", *cost);
  }

  void warm_up() {
    if (options_.warmup_s <= 0)
      return;
    consumers_.ready();
    consume_for(options_.warmup_s);
  }

  void consume() {
    if (options_.publish.messages)
      consumers_.await(published_);
    else if (options_.messages)
      run_.poll_until([this] { return deliveries() >= *options_.messages; },
                      [this] { return deliveries(); });
    else
      consume_for(options_.duration_s);
  }

  void consume_for(double seconds) {
    run_.poll_until(clock::now() + from_seconds(seconds));
  }

  [[nodiscard]] std::uint64_t deliveries() const {
    return consumers_.deliveries() - before_;
  }

  [[nodiscard]] std::uint64_t missing() const {
    if (options_.consume.finish.none)
      return 0;
    if (options_.publish.messages)
      return consumers_.missing(published_);
    const auto wanted = options_.messages.value_or(0);
    return wanted - std::min(wanted, deliveries());
  }

  void summarize(report& out) const {
    const auto seconds = to_seconds(clock::now() - begin_);
    out.add("deliveries", deliveries());
    out.add("delivered", consumers_.distinct());
    out.add("consume_s", seconds);
    out.add("delivered_per_s", static_cast<double>(deliveries()) / seconds);
    out.add("missing", missing());
    consumers_.add_counts(out);
    run_.cost().add_to(out, deliveries());
  }

  const sub_options& options_;
  bench_run run_;
  consumer_group consumers_;
  std::uint64_t published_ = 0;
  std::uint64_t before_ = 0;
  time_point begin_;
};

} // namespace

outcome run_sub(const sub_options& options) {
  return sub{options}.run();
}

} // namespace cafq::bench
