#include "actors/reports/stats_statsd.hpp"

#include "actors/reports/stats_latency.hpp"
#include "actors/reports/stats_memory.hpp"
#include "net/protocol/names.hpp"

#include <cmath>
#include <utility>

namespace cafq {

namespace {

/// Whether to tell what came since the last report, or what there is.
enum class told : bool { as_count, as_gauge };

/// What nsqd calls a figure.
template <class Figures>
struct statsd_name {
  std::string_view name;
  uint64_t Figures::*value;
  told how;
};

using enum told;

constexpr statsd_name<topic_figures> topic_names[] = {
  {"message_count", &topic_figures::messages, as_count},
  {"message_bytes", &topic_figures::bytes, as_count},
  {"depth", &topic_figures::depth, as_gauge},
  {"backend_depth", &topic_figures::backend_depth, as_gauge},
};

constexpr statsd_name<channel_figures> channel_names[] = {
  {"message_count", &channel_figures::messages, as_count},
  {"depth", &channel_figures::depth, as_gauge},
  {"backend_depth", &channel_figures::backend_depth, as_gauge},
  {"in_flight_count", &channel_figures::in_flight, as_gauge},
  {"deferred_count", &channel_figures::deferred, as_gauge},
  {"requeue_count", &channel_figures::requeued, as_count},
  {"timeout_count", &channel_figures::timed_out, as_count},
  {"clients", &channel_figures::consumers, as_gauge},
};

} // namespace

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
  add_figures(name, x.self, topic_names);
  add_latency(name, latency_of(x, all.quantiles));
  for (const auto& channel : x.channels)
    if (!format_.exclude_ephemeral || !protocol::is_ephemeral(channel.name))
      add_channel(name, channel, all);
}

void statsd_writer::add_channel(const std::string& topic, const actor_stat& x,
                                const node_report& all) {
  const auto name = topic + "channel." + x.name + ".";
  add_figures(name, x, channel_names);
  add_latency(name, latency_of(x, all.quantiles));
}

template <class Names>
void statsd_writer::add_figures(const std::string& prefix, const actor_stat& x,
                                const Names& names) {
  for (const auto& [name, value, how] : names) {
    auto full = prefix + std::string{name};
    if (how == told::as_count)
      count(full, x.figure(value));
    else
      gauge(full, x.figure(value));
  }
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
