#include "actors/stats_each.hpp"
#include "actors/stats_render.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <fmt/ranges.h>

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

/// Returns what decides whether a row is told again: what grows by itself, as
/// ages do, and what grows as it is asked, does not.
uint64_t mark_of(const actor_stat& x) {
  std::string text{row_of(x.state).word};
  const auto to = std::back_inserter(text);
  fmt::format_to(to, "|{}|{}|{}|{}", x.name, x.waits_for.actor, x.waits_for.who,
                 fmt::join(x.peers, ","));
  for (const auto& [name, value] : x.counters)
    fmt::format_to(to, "|{}", value);
  return std::hash<std::string>{}(text);
}

uint64_t figure(const actor_stat& x, std::string_view order) {
  if (order == "mailbox")
    return x.mailbox;
  if (order == "handled")
    return x.handled;
  return x.counter(order);
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

std::string stream_lines(const node_report& x, const report_request& how) {
  actor_list all;
  for_each_actor(x, [&](const actor_stat& actor) {
    if (shows(how.view.what, actor)
        && actor.name.find(how.view.filter) != std::string::npos)
      all.push_back(&actor);
  });
  auto result = fmt::format("{}\n", all.size());
  arrange_actors(all, how.view);
  for (const auto* actor : all) {
    fmt::format_to(std::back_inserter(result), "{} {} ", actor->id,
                   mark_of(*actor));
    append_actor(result, *actor);
    result += '\n';
  }
  return result;
}

} // namespace cafq
