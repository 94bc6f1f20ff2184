#include "tools/cafq/bench/connections.hpp"

#include "tools/cafq/bench/bench_run.hpp"
#include "tools/cafq/bench/idle_client.hpp"
#include "tools/cafq/bench/ticker.hpp"
#include "tools/cafq/error.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/resource.h>

namespace cafq::bench {

namespace {

// The first clients pay for what all share, so they are not measured.
constexpr std::size_t first_clients = 100;

// Such a client reads a message at a time.
constexpr std::size_t read_size = 1024;

// Besides the sockets.
constexpr rlim_t other_files = 50;

void allow_files(std::size_t sockets) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const auto wanted = static_cast<rlim_t>(sockets) + other_files;
  if (limit.rlim_cur >= wanted)
    return;
  limit.rlim_cur = wanted;
  limit.rlim_max = std::max(limit.rlim_max, wanted);
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
    throw tool::error("the limit of open files is too low for "
                      + std::to_string(sockets) + " connections");
}

class connections {
public:
  explicit connections(const connections_options& options)
    : options_(options),
      run_(options),
      command_(command_template::nsq(run_.topics(), 1, options.size)),
      none_(0),
      log_(run_.id(), options.size) {
    // nop
  }

  outcome run() {
    report out;
    run_.describe(out, "connections");
    open_all(out);
    run_.cost().start();
    const auto begin = clock::now();
    stay(begin);
    run_.cost().stop();
    if (options_.rate > 0)
      summarize(out, to_seconds(clock::now() - begin));
    run_.cost().add_to(out, acks_.messages);
    return {out, missing()};
  }

private:
  void open_all(report& out) {
    const auto shared = std::min(first_clients, options_.connections / 10);
    open(shared);
    run_.cost().start();
    const auto begin = clock::now();
    open(options_.connections);
    const auto seconds = to_seconds(clock::now() - begin);
    run_.cost().stop();
    const auto count = options_.connections - shared;
    out.add("connections", options_.connections);
    out.add("subscribed", !options_.unsubscribed);
    out.add("connections_per_s", static_cast<double>(count) / seconds);
    if (const auto cost = run_.cost().us_per(count)) {
      out.add("broker_cpu_us_per_connection", *cost);
      out.add("broker_bytes_per_connection",
              1024.0 * static_cast<double>(run_.cost().rss_anon_growth_kb())
                / static_cast<double>(count));
    }
  }

  void open(std::size_t until) {
    while (clients_.size() < until) {
      auto opened = run_.open_connection(read_size);
      if (!options_.unsubscribed)
        opened.subscribe(run_.topics().front(), "bench0");
      const publish_window window{
        command_,
        acks_,
        none_,
        {.run = run_.id(),
         .producer = static_cast<std::uint32_t>(clients_.size())}};
      clients_.push_back(std::make_unique<idle_client>(
        run_.loop(), std::move(opened), window, log_));
      if (!options_.unsubscribed)
        clients_.back()->ready();
      // Answers heartbeats meanwhile.
      run_.loop().poll({});
    }
  }

  void stay(time_point begin) {
    const auto end = begin + from_seconds(options_.duration_s);
    {
      std::optional<ticker> metronome;
      if (options_.rate > 0)
        metronome.emplace(run_.loop(), begin, from_seconds(1 / options_.rate),
                          [this](auto ticks) { publish(ticks); });
      run_.poll_until(end);
    }
    run_.poll_until([this] { return acks_.unanswered == 0 && missing() == 0; },
                    [this] { return acks_.messages + log_.distinct(); });
    if (acks_.unanswered > 0)
      throw tool::error("the broker does not acknowledge any more");
  }

  void publish(std::uint64_t ticks) {
    for (; ticks > 0; --ticks) {
      clients_[next_]->publish(clock::now());
      next_ = (next_ + 1) % clients_.size();
    }
  }

  [[nodiscard]] std::uint64_t missing() const {
    if (options_.unsubscribed)
      return 0;
    return acks_.messages - std::min(acks_.messages, log_.distinct());
  }

  void summarize(report& out, double seconds) const {
    out.add("rate", options_.rate);
    out.add("published", acks_.messages);
    out.add("published_per_s", static_cast<double>(acks_.messages) / seconds);
    add_quantiles(out, "ack", acks_.latency, {0.5, 0.99});
    out.add("delivered", log_.distinct());
    out.add("missing", missing());
    out.add("duplicates", log_.duplicates());
    out.add("out_of_order", log_.out_of_order());
  }

  const connections_options& options_;
  bench_run run_;
  command_template command_;
  ack_log acks_;
  /// Clients publish only when told.
  budget none_;
  delivery_log log_;
  std::vector<std::unique_ptr<idle_client>> clients_;
  std::size_t next_ = 0;
};

} // namespace

outcome run_connections(const connections_options& options) {
  allow_files(options.connections);
  return connections{options}.run();
}

} // namespace cafq::bench
