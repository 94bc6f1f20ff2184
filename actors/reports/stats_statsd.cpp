#include "actors/reports/stats_statsd.hpp"

#include "actors/reports/stats_latency.hpp"
#include "actors/reports/stats_memory.hpp"
#include "net/protocol/names.hpp"

#include <cmath>
#include <utility>

namespace cafq {

std::string
statsd_prefix(std::string_view pattern, std::string_view host, int64_t port) {
  // As Go joins host and port.
  const auto is_ipv6 = host.find(':') != host.npos;
  auto key = is_ipv6 ? '[' + std::string{host} + ']' : std::string{host};
  key += '_' + std::to_string(port);
  for (auto& c : key)
    if (c == '.' || c == ':')
      c = '_';
  std::string result{pattern};
  constexpr std::string_view mark = "%s";
  for (auto i = result.find(mark); i != result.npos;
       i = result.find(mark, i + key.size()))
    result.replace(i, mark.size(), key);
  if (!result.empty() && result.back() != '.')
    result += '.';
  return result;
}

std::vector<std::string> statsd_writer::write(const node_report& x) {
  now_.clear();
  for (const auto& topic : x.topics)
    if (!format_.exclude_ephemeral || !protocol::is_ephemeral(topic.self.name))
      add(topic, x);
  if (format_.memory) {
    for (const auto& [name, value] : memory_in_use()) {
      if (name == "gc_total_runs")
        count("mem.gc_runs", value);
      else
        gauge("mem." + std::string{name}, value);
    }
  }
  before_.swap(now_);
  return std::exchange(packets_, {});
}

void statsd_writer::add(const topic_report& x, const node_report& all) {
  const auto name = "topic." + x.self.name + ".";
  count(name + "message_count", x.self.counter("messages"));
  count(name + "message_bytes", x.self.counter("bytes"));
  gauge(name + "depth", x.self.counter("depth"));
  gauge(name + "backend_depth", x.self.counter("backend_depth"));
  add_latency(name, latency_of(x, all.quantiles));
  for (const auto& channel : x.channels)
    if (!format_.exclude_ephemeral || !protocol::is_ephemeral(channel.name))
      add_channel(name, channel, all);
}

void statsd_writer::add_channel(const std::string& topic, const actor_stat& x,
                                const node_report& all) {
  const auto name = topic + "channel." + x.name + ".";
  count(name + "message_count", x.counter("messages"));
  gauge(name + "depth", x.counter("depth"));
  gauge(name + "backend_depth", x.counter("backend_depth"));
  gauge(name + "in_flight_count", x.counter("in_flight"));
  gauge(name + "deferred_count", x.counter("deferred"));
  count(name + "requeue_count", x.counter("requeued"));
  count(name + "timeout_count", x.counter("timed_out"));
  gauge(name + "clients", x.counter("consumers"));
  add_latency(name, latency_of(x, all.quantiles));
}

void statsd_writer::add_latency(const std::string& name,
                                const latency_report& x) {
  for (const auto& [quantile, ns] : x.percentiles)
    gauge(name + "e2e_processing_latency_"
            + std::to_string(std::lround(quantile * 100)),
          static_cast<uint64_t>(ns));
}

void statsd_writer::count(const std::string& name, uint64_t value) {
  const auto i = before_.find(name);
  const auto last = i != before_.end() ? i->second : 0;
  // Negative if a topic was deleted and made again, as with nsqd.
  line(name, static_cast<int64_t>(value - last), 'c');
  now_.emplace(name, value);
}

void statsd_writer::gauge(const std::string& name, uint64_t value) {
  line(name, static_cast<int64_t>(value), 'g');
}

void statsd_writer::line(const std::string& name, int64_t value, char type) {
  const auto text = format_.prefix + name + ":" + std::to_string(value) + "|"
                    + type + "\n";
  if (packets_.empty()
      || packets_.back().size() + text.size() > format_.packet_size)
    packets_.emplace_back();
  packets_.back() += text;
}

} // namespace cafq
