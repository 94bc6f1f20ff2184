#include "actors/reports/stats_clients.hpp"
#include "actors/reports/stats_latency.hpp"
#include "actors/reports/stats_memory.hpp"
#include "actors/reports/stats_render.hpp"
#include "config/go_duration.hpp"
#include "config/printable.hpp"
#include "config/version.hpp"

#include <chrono>
#include <ctime>
#include <iterator>

#include <fmt/chrono.h>
#include <fmt/core.h>

namespace cafq {

namespace {

using std::chrono::nanoseconds;

constexpr int64_t second_ns = 1000000000;

/// Local time with its distance from UTC.
std::string rfc3339(int64_t unix_time) {
  const std::time_t when = unix_time;
  std::tm x{};
  ::localtime_r(&when, &x);
  auto result = fmt::format("{:%Y-%m-%dT%H:%M:%S}", x);
  if (x.tm_gmtoff == 0)
    return result + "Z";
  const auto minutes = x.tm_gmtoff / 60;
  const auto distance = minutes < 0 ? -minutes : minutes;
  return result
         + fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', distance / 60,
                       distance % 60);
}

/// Nanoseconds in the unit that suits them best.
std::string duration_text(int64_t ns) {
  const auto x = static_cast<double>(ns);
  if (x > 1e9)
    return fmt::format("{:.1f}s", x / 1e9);
  if (x > 1e6)
    return fmt::format("{:.1f}ms", x / 1e6);
  if (x > 1e3)
    return fmt::format("{:.1f}us", x / 1e3);
  return fmt::format("{:.1f}ns", x);
}

std::string durations(const latency_report& x) {
  std::string result;
  for (const auto& [quantile, ns] : x.percentiles)
    result += (result.empty() ? "" : ", ") + duration_text(ns);
  return result;
}

class text_writer {
public:
  text_writer(const node_report& x, const report_request& how)
    : x_(x), how_(how), index_(x) {
    // nop
  }

  std::string write() {
    line("nsqd v{} (cafqd v{})", config::nsqd_version(), config::version());
    line("start_time {}", rfc3339(x_.started / second_ns));
    line("uptime {}", config::to_go_duration(nanoseconds{x_.now - x_.started}));
    line("\nHealth: OK");
    if (how_.include_memory) {
      line("\nMemory:");
      for (const auto& [name, value] : memory_in_use())
        line("   {:<25}\t{}", name, value);
    }
    if (x_.topics.empty())
      line("\nTopics: None");
    else
      out_ += "\nTopics:";
    for (const auto& topic : x_.topics)
      add(topic);
    add_producers();
    return std::move(out_);
  }

private:
  template <class... Ts>
  void line(fmt::format_string<Ts...> pattern, Ts&&... xs) {
    fmt::format_to(std::back_inserter(out_), pattern, std::forward<Ts>(xs)...);
    out_ += '\n';
  }

  static std::string_view marks(const actor_stat& x) {
    if (x.state == actor_state::topic_failed)
      return "*F ";
    return x.paused ? "*P " : "   ";
  }

  void add(const topic_report& topic) {
    const auto& self = topic.self;
    line("\n{}[{:<15}] depth: {:<5} be-depth: {:<5} msgs: {:<8} e2e%: {}",
         marks(self), self.name, self.figure(&topic_figures::depth),
         self.figure(&topic_figures::backend_depth),
         self.figure(&topic_figures::messages),
         durations(latency_of(topic, x_.quantiles)));
    for (const auto& x : topic.channels) {
      line("{}[{:<25}] depth: {:<5} be-depth: {:<5} inflt: {:<4} def: {:<4} "
           "re-q: {:<5} timeout: {:<5} msgs: {:<8} e2e%: {}",
           x.paused ? "   *P " : "      ", x.name,
           x.figure(&channel_figures::depth),
           x.figure(&channel_figures::backend_depth),
           x.figure(&channel_figures::in_flight),
           x.figure(&channel_figures::deferred),
           x.figure(&channel_figures::requeued),
           x.figure(&channel_figures::timed_out),
           x.figure(&channel_figures::messages),
           durations(latency_of(x, x_.quantiles)));
      for (const auto& consumer : x.consumers)
        if (const auto* who = index_.find(consumer.id))
          line("        {}", client(*who, consumer));
    }
  }

  void add_producers() {
    bool any = false;
    if (x_.topic_found && how_.include_clients) {
      for (const auto& connection : x_.connections) {
        if (!connection.client || connection.client->published.empty())
          continue;
        if (!std::exchange(any, true))
          line("\nProducers:");
        line("   {}",
             client(*connection.client, index_.consumer(connection.id)));
      }
    }
    if (!any)
      line("\nProducers: None");
  }

  [[nodiscard]] std::string
  client(const client_stat& who, const consumer_stat& consumer) const {
    const auto colon = who.remote_address.rfind(':');
    const auto port = colon == who.remote_address.npos
                        ? std::string{}
                        : who.remote_address.substr(colon + 1);
    // Both are what a client says of itself, the path of its socket as well.
    const auto id
      = printable(fmt::format("{}:{} {}", who.hostname, port, who.user_agent));
    const auto connected = config::to_go_duration(
      nanoseconds{(x_.now / second_ns - who.connected) * second_ns});
    if (const auto* counts = published_to(who, how_.topic))
      return fmt::format("[V2 {:<21}] msgs: {:<8} topics: {}={} connected: {}",
                         id, counts->second, counts->first, counts->second,
                         connected);
    return fmt::format("[V2 {:<21}] state: {} inflt: {:<4} rdy: {:<4} fin: "
                       "{:<8} re-q: {:<8} msgs: {:<8} connected: {}",
                       id, who.state, consumer.in_flight, consumer.rdy,
                       consumer.finished, consumer.requeued, consumer.messages,
                       connected);
  }

  const node_report& x_;
  const report_request& how_;
  client_index index_;
  std::string out_;
};

} // namespace

std::string stats_text(const node_report& x, const report_request& how) {
  return text_writer{x, how}.write();
}

} // namespace cafq
