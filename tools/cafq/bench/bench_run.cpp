#include "tools/cafq/bench/bench_run.hpp"

#include "tools/cafq/bench/body_header.hpp"
#include "tools/cafq/bench/histogram.hpp"
#include "tools/cafq/error.hpp"
#include "tools/cafq/random_name.hpp"

#include <random>
#include <sstream>

namespace cafq::bench {

namespace {

// How late the end of a run may be noticed when nothing happens.
constexpr std::chrono::milliseconds idle_poll{10};

double to_us(std::uint64_t ns) {
  return static_cast<double>(ns) / 1e3;
}

std::vector<std::string> make_topics(const common_options& options) {
  const auto name = options.topic.empty() ? tool::random_name("bench")
                                          : options.topic;
  if (options.topics == 1)
    return {name};
  std::vector<std::string> result;
  for (std::size_t i = 0; i < options.topics; ++i)
    result.push_back(name + '_' + std::to_string(i));
  return result;
}

} // namespace

bench_run::bench_run(const common_options& options)
  : options_(options),
    broker_(tool::parse_endpoint(options.address)),
    topics_(make_topics(options)),
    id_(to_run(std::random_device{}())),
    cost_(options.broker_pid) {
  // nop
}

tool::connection bench_run::open_connection(std::size_t buffer) const {
  return {broker_, identity(), buffer};
}

tool::connection bench_run::open_consumer(const std::string& topic,
                                          const std::string& channel) const {
  auto result = open_connection();
  result.subscribe(topic, channel);
  return result;
}

void bench_run::poll_until(time_point end) {
  const auto pause = options_.spin ? std::chrono::milliseconds{0} : idle_poll;
  while (clock::now() < end)
    loop_.poll(pause);
}

bool bench_run::poll_until(const std::function<bool()>& done,
                           const std::function<std::uint64_t()>& progress) {
  const auto patience = from_seconds(options_.timeout_s);
  const auto pause = options_.spin ? std::chrono::milliseconds{0} : idle_poll;
  auto last = progress();
  auto last_change = clock::now();
  while (!done()) {
    loop_.poll(pause);
    const auto now = clock::now();
    if (const auto value = progress(); value != last) {
      last = value;
      last_change = now;
    } else if (now - last_change > patience) {
      return false;
    }
  }
  return true;
}

void bench_run::describe(report& out, std::string_view bench) const {
  out.add("bench", bench);
  out.add("address", options_.address);
  out.add("topic", topics_.front());
  if (topics_.size() > 1)
    out.add("topics", topics_.size());
  out.add("size", options_.size);
}

tool::identity bench_run::identity() const {
  tool::identity result;
  if (options_.output_buffer_timeout_ms)
    result.output_buffer_timeout = std::chrono::milliseconds{
      static_cast<std::int64_t>(*options_.output_buffer_timeout_ms)};
  return result;
}

void add_quantiles(report& out, const std::string& name,
                   const histogram& nanoseconds,
                   std::initializer_list<double> fractions) {
  for (const auto fraction : fractions) {
    std::ostringstream key;
    key << name << "_p" << 100 * fraction << "_us";
    out.add(key.str(), to_us(nanoseconds.quantile(fraction)));
  }
  out.add(name + "_max_us", to_us(nanoseconds.max()));
}

} // namespace cafq::bench
