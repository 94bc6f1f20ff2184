#include "tools/cafq/bench/throughput.hpp"

#include "tools/cafq/bench/bench_run.hpp"
#include "tools/cafq/bench/consumer_group.hpp"
#include "tools/cafq/bench/publisher_group.hpp"

namespace cafq::bench {

namespace {

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
      // Channels first: a message is for those there are.
      consumers_(run_, options.consume, run_.id()),
      publishers_(run_, options.publish) {
    // nop
  }

  outcome run() {
    consumers_.ready();
    warm_up();
    run_.cost().start();
    const auto begin = count();
    if (options_.publish.messages)
      publishers_.publish_messages(*options_.publish.messages);
    else
      publishers_.publish_for(options_.duration_s);
    const auto published = count();
    await_deliveries();
    const auto end = count();
    run_.cost().stop();
    return {summarize(begin, published, end), missing()};
  }

private:
  /// Also delivers, so that the measurement does not pay for it.
  void warm_up() {
    if (options_.warmup_s <= 0)
      return;
    publishers_.publish_for(options_.warmup_s);
    await_deliveries();
    publishers_.ack_latency().clear();
  }

  void await_deliveries() {
    consumers_.await(publishers_.acknowledged());
  }

  [[nodiscard]] counts count() const {
    return {.at = clock::now(),
            .acknowledged = publishers_.acknowledged(),
            .delivered = consumers_.distinct()};
  }

  [[nodiscard]] std::uint64_t missing() const {
    return options_.consume.finish.none
             ? 0
             : consumers_.missing(publishers_.acknowledged());
  }

  [[nodiscard]] std::string_view name() const {
    if (options_.publish.http)
      return "http";
    return options_.consume.channels > 0 ? "pubsub" : "pub";
  }

  [[nodiscard]] report
  summarize(const counts& begin, const counts& published, const counts& end) {
    report out;
    run_.describe(out, name());
    publishers_.describe(out);
    const auto sent = published.acknowledged - begin.acknowledged;
    const auto publish_s = to_seconds(published.at - begin.at);
    out.add("published", sent);
    out.add("publish_s", publish_s);
    out.add("published_per_s", static_cast<double>(sent) / publish_s);
    add_quantiles(out, "ack", publishers_.ack_latency(), {0.5, 0.99});
    if (options_.consume.channels > 0)
      add_deliveries(out, begin, end, sent);
    run_.cost().add_to(out, sent);
    return out;
  }

  void add_deliveries(report& out, const counts& begin, const counts& end,
                      std::uint64_t sent) const {
    consumers_.describe(out);
    const auto received = end.delivered - begin.delivered;
    const auto seconds = to_seconds(end.at - begin.at);
    out.add("delivered", received);
    out.add("end_to_end_s", seconds);
    // What the slowest channel keeps up with.
    out.add("end_to_end_per_s", static_cast<double>(sent) / seconds);
    out.add("delivered_per_s", static_cast<double>(received) / seconds);
    out.add("missing", missing());
    consumers_.add_counts(out);
  }

  const throughput_options& options_;
  bench_run run_;
  consumer_group consumers_;
  publisher_group publishers_;
};

} // namespace

outcome run_throughput(const throughput_options& options) {
  return throughput{options}.run();
}

} // namespace cafq::bench
