#pragma once

#include "actors/reports/stats.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cafq {

/// What statsd is told, and how.
struct statsd_format {
  /// In front of every name.
  std::string prefix;
  bool memory = true;
  bool exclude_ephemeral = false;
  /// Greatest packet, in bytes; a longer line has one of its own.
  size_t packet_size = 508;
};

/// Returns --statsd-prefix with the node's address for each `%s`, and a dot at
/// its end.
[[nodiscard]] std::string
statsd_prefix(std::string_view pattern, std::string_view host, int64_t port);

/// Writes reports for statsd, name for name as nsqd: counters as what came
/// about since the last report, the first time since the start.
class statsd_writer {
public:
  explicit statsd_writer(statsd_format format) : format_(std::move(format)) {
    // nop
  }

  /// Returns the packets to send.
  [[nodiscard]] std::vector<std::string> write(const node_report& x);

private:
  void add(const topic_report& x, const node_report& all);
  void add_channel(const std::string& topic, const actor_stat& x,
                   const node_report& all);
  template <class Names>
  void add_figures(const std::string& prefix, const actor_stat& x,
                   const Names& names);
  void add_latency(const std::string& name, const struct latency_report& x);
  void count(const std::string& name, uint64_t value);
  void gauge(const std::string& name, uint64_t value);
  void line(const std::string& name, int64_t value, char type);

  statsd_format format_;
  std::vector<std::string> packets_;
  /// Counters of the last report, and of this one.
  std::unordered_map<std::string, uint64_t> before_;
  std::unordered_map<std::string, uint64_t> now_;
};

} // namespace cafq
