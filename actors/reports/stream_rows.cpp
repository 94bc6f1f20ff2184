#include "actors/reports/stream_rows.hpp"

#include "actors/reports/stats_each.hpp"
#include "actors/reports/stats_render.hpp"
#include "actors/reports/text_room.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string_view>

#include <fmt/core.h>

namespace cafq {

namespace {

using view_kind = report_view::kind;
using actor_list = std::vector<const actor_stat*>;

bool shows(view_kind view, const actor_stat& x) {
  switch (view) {
    case view_kind::actors:
      return true;
    case view_kind::topics:
      return x.kind == "topic" || x.kind == "channel";
    case view_kind::clients:
      return x.kind == "connection" || x.kind == "http";
    case view_kind::node:
      return x.kind != "topic" && x.kind != "channel" && x.kind != "connection"
             && x.kind != "http";
  }
  return false;
}

/// Mixes a number into another, so that each bit of both counts.
uint64_t mix(uint64_t seed, uint64_t x) {
  // The constants are those of MurmurHash3's finalizer.
  seed ^= x;
  seed = (seed ^ (seed >> 33U)) * 0xff51afd7ed558ccdU;
  seed = (seed ^ (seed >> 33U)) * 0xc4ceb9fe1a85ec53U;
  return seed ^ (seed >> 33U);
}

/// Returns how busy an actor is in a few steps, so that not each look tells a
/// little more or less.
uint64_t busy_step(const actor_stat& x) {
  return static_cast<uint64_t>(std::lround(x.busy.value_or(0) * 20));
}

/// Returns what decides whether a row is told again: what grows by itself, as
/// ages do, and what grows as it is asked, does not.
uint64_t mark_of(const actor_stat& x) {
  const std::hash<std::string_view> hash;
  auto result = mix(hash(x.name), static_cast<uint64_t>(x.state));
  result = mix(result, busy_step(x));
  result = mix(result, x.waits_for.actor);
  result = mix(result, hash(x.waits_for.who));
  for (const auto peer : x.peers)
    result = mix(result, peer);
  x.figures.for_each([&result](std::string_view, uint64_t value) {
    result = mix(result, value);
  });
  return result;
}

uint64_t figure(const actor_stat& x, std::string_view order) {
  if (order == "mailbox")
    return x.mailbox;
  if (order == "handled")
    return x.handled;
  if (order == "busy")
    return static_cast<uint64_t>(x.busy.value_or(0) * 1e6F);
  return x.figures.named(order).value_or(0);
}

/// Leaves those that are shown, in order.
void arrange_actors(actor_list& all, const report_view& how) {
  const auto by_name = how.order.empty();
  std::stable_sort(all.begin(), all.end(), [&](const auto* x, const auto* y) {
    return by_name ? x->name < y->name
                   : figure(*x, how.order) > figure(*y, how.order);
  });
  if (all.size() <= how.most)
    return;
  const auto surplus = static_cast<std::ptrdiff_t>(all.size() - how.most);
  if (how.last)
    all.erase(all.begin(), all.begin() + surplus);
  else
    all.erase(all.end() - surplus, all.end());
}

} // namespace

stream_rows::stream_rows(const node_report& x, const report_view& how) {
  for_each_actor(x, [&](const actor_stat& actor) {
    if (shows(how.what, actor)
        && actor.name.find(how.filter) != std::string::npos)
      rows_.push_back(&actor);
  });
  total_ = rows_.size();
  arrange_actors(rows_, how);
  row_of_mark_.resize(rows_.size());
  std::iota(row_of_mark_.begin(), row_of_mark_.end(), size_t{0});
  std::sort(row_of_mark_.begin(), row_of_mark_.end(),
            [this](auto i, auto j) { return rows_[i]->id < rows_[j]->id; });
  std::vector<stream_mark> marks;
  marks.reserve(rows_.size());
  for (const auto i : row_of_mark_)
    marks.push_back({rows_[i]->id, mark_of(*rows_[i])});
  marks_ = std::make_shared<const std::vector<stream_mark>>(std::move(marks));
}

std::string stream_rows::since(const stream_marks& told) const {
  std::string gone;
  std::vector<bool> changed(rows_.size());
  const std::vector<stream_mark> nothing;
  const auto& old = told ? *told : nothing;
  auto i = old.begin();
  const auto skip_gone = [&](uint64_t until) {
    for (; i != old.end() && i->id < until; ++i)
      fmt::format_to(std::back_inserter(gone), "{}{}", gone.empty() ? "" : ",",
                     i->id);
  };
  for (size_t k = 0; k < marks_->size(); ++k) {
    const auto& x = (*marks_)[k];
    skip_gone(x.id);
    const auto known = i != old.end() && i->id == x.id;
    changed[row_of_mark_[k]] = !known || i->mark != x.mark;
    if (known)
      ++i;
  }
  skip_gone(UINT64_MAX);
  auto result = fmt::format(R"({{"total":{},"rows":[)", total_);
  const auto count
    = static_cast<size_t>(std::count(changed.begin(), changed.end(), true));
  size_t done = 0;
  for (size_t row = 0; row < rows_.size(); ++row) {
    if (!changed[row])
      continue;
    if (done > 0)
      result += ',';
    make_room(result, done, count - done);
    append_actor(result, *rows_[row]);
    ++done;
  }
  result += "],\"gone\":[" + gone + "]}";
  return result;
}

} // namespace cafq
