#include "actors/reports/history.hpp"

#include "actors/reports/message_flow.hpp"
#include "actors/reports/stats_latency.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/core.h>

namespace cafq {

namespace {

constexpr double ns_per_second = 1e9;

/// The fields of a point, in the order of the figures.
constexpr std::string_view fields
  = R"(["at","seconds","in","out","requeued","timed_out","depth",)"
    R"("in_flight","oldest_ms","latency_ms"])";

/// Reports come every ten seconds: every sixth closes a minute.
constexpr uint64_t reports_per_minute = 6;

} // namespace

history::values history::count(const actor_stat& x) {
  const auto flow = flow_of(x);
  values result{};
  result[in] = static_cast<double>(flow.in);
  // What came and is not there any more has gone out.
  result[out] = static_cast<double>(flow.in) - static_cast<double>(flow.left());
  result[requeued] = static_cast<double>(flow.requeued);
  result[timed_out] = static_cast<double>(flow.timed_out);
  result[depth] = static_cast<double>(flow.depth);
  result[in_flight] = static_cast<double>(flow.in_flight);
  if (const auto age = x.age("ready"))
    result[oldest_ms]
      = static_cast<double>(*age / std::chrono::milliseconds{1});
  const auto latency = latency_of(x, {0.99});
  if (!latency.percentiles.empty())
    result[latency_ms] = static_cast<double>(latency.percentiles.front().second)
                         / 1e6;
  return result;
}

/// Sums up: what comes in are publishes, what goes out leaves channels.
void history::count_node(const node_report& x) {
  values sum{};
  for (const auto& topic : x.topics) {
    const auto own = count(topic.self);
    sum[in] += own[in];
    sum[depth] += own[depth];
    for (const auto& channel : topic.channels) {
      const auto y = count(channel);
      for (const auto i : {out, requeued, timed_out, depth, in_flight})
        sum[i] += y[i];
      for (const auto i : {oldest_ms, latency_ms})
        sum[i] = std::max(sum[i], y[i]);
    }
  }
  take({}, 0, sum, x.now);
}

void history::add(const node_report& x) {
  if (most_bytes_ < least_bytes)
    return;
  ++reports_;
  wanted_ = 1 + x.topics.size();
  for (const auto& topic : x.topics)
    wanted_ += topic.channels.size();
  if (!fits(fine_))
    give_fine_points();
  count_node(x);
  for (const auto& topic : x.topics) {
    take(topic.self.name, topic.self.id, count(topic.self), x.now);
    for (const auto& channel : topic.channels)
      take(topic.self.name + '\n' + channel.name, channel.id, count(channel),
           x.now);
  }
  std::erase_if(all_, [this](const auto& y) {
    const auto gone = y.second.report != reports_;
    if (gone && y.second.fine.capacity() > 0)
      --fine_;
    return gone;
  });
  if (reports_ % reports_per_minute == 0)
    give_fine_points();
}

void history::take(const std::string& key, uint64_t actor, const values& now,
                   int64_t now_ns) {
  auto i = all_.find(key);
  if (i == all_.end() && all_.size() == most_series())
    return;
  const auto known = i != all_.end() && i->second.actor == actor;
  if (i == all_.end())
    i = all_.emplace(key, series{}).first;
  auto& x = i->second;
  x.report = reports_;
  if (known && now_ns <= x.seen_ns)
    return;
  if (known)
    add_point(x, now, now_ns);
  else
    begin(x, key, actor);
  x.counted = now;
  x.seen_ns = now_ns;
}

/// Somebody new, maybe under a known name.
void history::begin(series& x, const std::string& key, uint64_t actor) {
  x.actor = actor;
  if (x.fine.capacity() == 0 && (key.empty() || fits(fine_ + 1))) {
    x.fine.set_capacity(fine_points);
    ++fine_;
  }
}

void history::add_point(series& x, const values& now, int64_t now_ns) {
  const auto seconds = static_cast<double>(now_ns - x.seen_ns) / ns_per_second;
  point next;
  next.at = static_cast<uint32_t>(now_ns / 1'000'000'000);
  next.seconds = static_cast<float>(seconds);
  for (size_t f = 0; f < figures; ++f) {
    // A counter that went back is that of a queue that was emptied.
    const auto value
      = f < rates ? std::max(now[f] - x.counted[f], 0.0) / seconds : now[f];
    next.what[f] = static_cast<float>(value);
    x.sums[f] = f < rates ? x.sums[f] + value * seconds : value;
  }
  x.summed_seconds += seconds;
  if (x.fine.capacity() > 0)
    x.fine.push_back(next);
  if (x.summed_seconds > coarse_seconds - seconds / 2)
    close_coarse(x, next.at);
}

void history::close_coarse(series& x, uint32_t at) {
  point done;
  done.at = at;
  done.seconds = static_cast<float>(x.summed_seconds);
  for (size_t f = 0; f < figures; ++f)
    done.what[f] = static_cast<float>(f < rates ? x.sums[f] / x.summed_seconds
                                                : x.sums[f]);
  x.coarse.push_back(done);
  x.sums = {};
  x.summed_seconds = 0;
}

/// Returns how many messages moved, and how many are there.
double history::weight(const series& x) {
  double result = 0;
  for (const auto& y : x.coarse)
    result += static_cast<double>((y.what[in] + y.what[out]) * y.seconds);
  if (!x.coarse.empty())
    result += static_cast<double>(x.coarse.back().what[depth]);
  return result;
}

/// Returns how many series there may be, one of them with fine points.
size_t history::most_series() const noexcept {
  return (most_bytes_ - fine_bytes) / series_bytes;
}

/// Whether so many may have fine points next to all that there are.
bool history::fits(size_t fine) const noexcept {
  const auto all = std::min(wanted_, most_series());
  return fine <= 1 || all * series_bytes + fine * fine_bytes <= most_bytes_;
}

/// Gives the fine points there may be to those that move most. The node always
/// has them.
void history::give_fine_points() {
  if (fine_ == all_.size() && fits(fine_))
    return;
  const auto all = std::min(wanted_, most_series()) * series_bytes;
  const auto most = std::max<size_t>((most_bytes_ - all) / fine_bytes, 1);
  std::vector<std::pair<double, series*>> order;
  order.reserve(all_.size());
  for (auto& [key, x] : all_)
    order.emplace_back(
      key.empty() ? std::numeric_limits<double>::infinity() : weight(x), &x);
  std::stable_sort(order.begin(), order.end(),
                   [](auto& x, auto& y) { return x.first > y.first; });
  fine_ = std::min(most, order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    auto& fine = order[i].second->fine;
    if (i >= fine_)
      fine = points{0};
    else if (fine.capacity() == 0)
      fine.set_capacity(fine_points);
  }
}

size_t history::memory() const noexcept {
  return all_.size() * series_bytes + fine_ * fine_bytes;
}

bool history::invariant() const {
  const auto fine = std::count_if(all_.begin(), all_.end(), [](const auto& x) {
    return x.second.fine.capacity() > 0;
  });
  return static_cast<size_t>(fine) == fine_
         && (all_.empty() || memory() <= most_bytes_);
}

// -- writing ------------------------------------------------------------------

/// Writes those that end before a time.
void history::append(std::string& out, const points& from, uint32_t until) {
  for (const auto& x : from) {
    if (x.at >= until)
      return;
    fmt::format_to(std::back_inserter(out), "{}[{},{:.1f}",
                   out.back() == '[' ? "" : ",", x.at, x.seconds);
    for (size_t f = 0; f < figures; ++f)
      if (f < rates)
        fmt::format_to(std::back_inserter(out), ",{:.2f}", x.what[f]);
      else
        fmt::format_to(std::back_inserter(out), ",{:.0f}", x.what[f]);
    out += ']';
  }
}

std::string
history::json(const std::string& topic, const std::string& channel) const {
  auto result = fmt::format(R"({{"fields":{},"points":[)", fields);
  const auto i = all_.find(channel.empty() ? topic : topic + '\n' + channel);
  if (i != all_.end()) {
    const auto& x = i->second;
    constexpr auto never = std::numeric_limits<uint32_t>::max();
    // By the minute in the times before there are others.
    append(result, x.coarse, x.fine.empty() ? never : x.fine.front().at);
    append(result, x.fine, never);
  }
  return result + "]}";
}

} // namespace cafq
