#include "actors/reports/why_view.hpp"

#include "actors/reports/message_flow.hpp"
#include "actors/reports/stats_each.hpp"

#include <algorithm>
#include <cmath>

namespace cafq {

why_view::why_view(const node_report& now, const node_report* before) {
  for_each_actor(now,
                 [this](const actor_stat& x) { actors_.emplace(x.id, &x); });
  if (!before || now.now <= before->now)
    return;
  seconds_ = static_cast<double>(now.now - before->now) / 1e9;
  for_each_actor(*before,
                 [this](const actor_stat& x) { earlier_.emplace(x.id, &x); });
}

const actor_stat* why_view::find(uint64_t id) const {
  const auto i = actors_.find(id);
  return i != actors_.end() ? i->second : nullptr;
}

why_rates why_view::rates_of(const actor_stat& x) const {
  const auto i = earlier_.find(x.id);
  if (i == earlier_.end())
    return {};
  const auto flow = flow_of(x);
  const auto before = flow_of(*i->second);
  const auto per_second = [this](uint64_t now, uint64_t then) {
    const auto difference = static_cast<double>(now - std::min(now, then));
    return static_cast<uint64_t>(std::llround(difference / seconds_));
  };
  return {per_second(flow.in, before.in),
          per_second(flow.in + before.left(), before.in + flow.left())};
}

} // namespace cafq
