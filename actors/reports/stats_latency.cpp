#include "actors/reports/stats_latency.hpp"

namespace cafq {

namespace {

latency_report
tell(const queue::latency_histogram& x, const std::vector<double>& quantiles) {
  latency_report result;
  result.count = x.count();
  for (const auto q : quantiles)
    result.percentiles.emplace_back(q, x.quantile(q).count());
  return result;
}

} // namespace

latency_report
latency_of(const actor_stat& channel, const std::vector<double>& quantiles) {
  return channel.latency ? tell(*channel.latency, quantiles) : latency_report{};
}

latency_report
latency_of(const topic_report& topic, const std::vector<double>& quantiles) {
  queue::latency_histogram all;
  bool any = false;
  for (const auto& channel : topic.channels) {
    if (channel.latency) {
      all.merge(*channel.latency);
      any = true;
    }
  }
  return any ? tell(all, quantiles) : latency_report{};
}

} // namespace cafq
