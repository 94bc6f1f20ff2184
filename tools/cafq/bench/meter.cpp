#include "tools/cafq/bench/meter.hpp"

#include <algorithm>
#include <ctime>

namespace cafq::bench {

namespace {

/// /proc/PID/stat counts in ticks of 10 ms; this clock does in nanoseconds.
duration cpu_time(clockid_t id, duration otherwise) {
  timespec value{};
  if (::clock_gettime(id, &value) != 0)
    return otherwise;
  return std::chrono::seconds{value.tv_sec}
         + std::chrono::nanoseconds{value.tv_nsec};
}

duration cpu_time_of(pid_t pid, duration otherwise) {
  clockid_t id{};
  if (::clock_getcpuclockid(pid, &id) != 0)
    return otherwise;
  return cpu_time(id, otherwise);
}

} // namespace

meter::meter(pid_t broker) : broker_(broker) {
  // nop
}

void meter::start() {
  before_ = read();
}

void meter::stop() {
  after_ = read();
}

meter::reading meter::read() const {
  reading result{.at = clock::now(),
                 .own_cpu = cpu_time(CLOCK_PROCESS_CPUTIME_ID, {}),
                 .broker_cpu = {},
                 .broker = {}};
  if (broker_ != 0) {
    result.broker = read_proc_stat(broker_);
    result.broker_cpu = cpu_time_of(broker_, result.broker.cpu());
  }
  return result;
}

std::optional<double> meter::us_per(std::uint64_t count) const {
  if (broker_ == 0 || count == 0)
    return std::nullopt;
  return to_seconds(after_.broker_cpu - before_.broker_cpu) * 1e6
         / static_cast<double>(count);
}

std::uint64_t meter::rss_anon_growth_kb() const {
  const auto was = before_.broker.rss_anon_kb;
  return std::max(was, after_.broker.rss_anon_kb) - was;
}

void meter::add_to(report& out, std::uint64_t messages) const {
  const auto elapsed = to_seconds(after_.at - before_.at);
  if (broker_ != 0) {
    const auto cpu = to_seconds(after_.broker_cpu - before_.broker_cpu);
    const auto& was = before_.broker;
    const auto& is = after_.broker;
    if (const auto cost = us_per(messages)) {
      out.add("broker_cpu_us_per_message", *cost);
      out.add("broker_switches_per_message",
              static_cast<double>(is.switches - was.switches)
                / static_cast<double>(messages));
    }
    out.add("broker_cpu_percent", 100 * cpu / elapsed);
    out.add("broker_cpu_user_s", to_seconds(is.user - was.user));
    out.add("broker_cpu_system_s", to_seconds(is.system - was.system));
    out.add("broker_rss_anon_before_kb", was.rss_anon_kb);
    out.add("broker_rss_anon_after_kb", is.rss_anon_kb);
    out.add("broker_rss_peak_kb", is.rss_peak_kb);
  }
  const auto own = to_seconds(after_.own_cpu - before_.own_cpu);
  if (messages > 0)
    out.add("generator_cpu_us_per_message",
            own * 1e6 / static_cast<double>(messages));
  out.add("generator_cpu_percent", 100 * own / elapsed);
}

} // namespace cafq::bench
