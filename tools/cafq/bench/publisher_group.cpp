#include "tools/cafq/bench/publisher_group.hpp"

#include "tools/cafq/bench/http_publisher.hpp"
#include "tools/cafq/bench/publisher.hpp"
#include "tools/cafq/bench/ticker.hpp"
#include "tools/cafq/error.hpp"

#include <optional>

namespace cafq::bench {

namespace {

// With a rate, commands go out in bursts of this much.
constexpr std::chrono::milliseconds burst{1};

command_template
make_command(const bench_run& run, const publish_options& options) {
  return options.http ? command_template::http(run.broker(), run.topics(),
                                               options.batch, run.body_size())
                      : command_template::nsq(run.topics(), options.batch,
                                              run.body_size());
}

} // namespace

publisher_group::publisher_group(bench_run& run, const publish_options& options)
  : run_(run),
    options_(options),
    command_(make_command(run, options)),
    budget_(options.rate / static_cast<double>(options.batch)) {
  for (std::size_t i = 0; i < options.connections; ++i)
    open(static_cast<std::uint32_t>(i));
}

void publisher_group::open(std::uint32_t producer) {
  const publish_window window{command_,
                              acks_,
                              budget_,
                              {.run = run_.id(),
                               .producer = producer,
                               .outstanding = options_.outstanding}};
  if (options_.http)
    publishers_.push_back(std::make_unique<http_publisher>(
      run_.loop(), tool::connect_to(run_.broker()), window));
  else
    publishers_.push_back(
      std::make_unique<publisher>(run_.loop(), run_.open_connection(), window));
}

void publisher_group::publish_for(double seconds) {
  const auto now = clock::now();
  budget_.start(now, now + from_seconds(seconds));
  spend_budget();
}

void publisher_group::publish_messages(std::uint64_t messages) {
  budget_.start(clock::now(), (messages + options_.batch - 1) / options_.batch);
  spend_budget();
}

void publisher_group::spend_budget() {
  std::optional<ticker> pacer;
  if (options_.rate > 0)
    pacer.emplace(run_.loop(), clock::now(), burst, [this](auto) { refill(); });
  refill();
  const auto done = [this] {
    return acks_.unanswered == 0 && budget_.spent(clock::now());
  };
  if (!run_.poll_until(done, [this] { return acks_.messages; }))
    throw tool::error("the broker does not acknowledge any more");
}

void publisher_group::refill() {
  for (const auto& publisher : publishers_)
    publisher->refill(clock::now());
}

void publisher_group::describe(report& out) const {
  out.add("connections", options_.connections);
  out.add("batch", options_.batch);
  out.add("outstanding", options_.outstanding);
  if (options_.rate > 0)
    out.add("rate", options_.rate);
}

} // namespace cafq::bench
