#include "actors/reports/stats_each.hpp"
#include "actors/reports/stats_render.hpp"
#include "actors/reports/text_room.hpp"
#include "actors/reports/why.hpp"
#include "config/version.hpp"

#include <chrono>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace cafq {

namespace {

void append_text(std::string& out, std::string_view text) {
  out += nlohmann::json(text).dump(-1, ' ', false,
                                   nlohmann::json::error_handler_t::replace);
}

int64_t to_ms(queue::duration x) {
  return x / std::chrono::milliseconds{1};
}

/// Writes what an actor does, and what it waits for.
void append_state(std::string& out, const actor_stat& x) {
  const auto to = std::back_inserter(out);
  const auto& row = row_of(x.state);
  fmt::format_to(to, R"("state":"{}","mood":"{}",)", row.word,
                 to_string(row.how));
  if (x.in_state)
    fmt::format_to(to, R"("state_ms":{},)", to_ms(*x.in_state));
  if (x.waits_for.what != awaited::cause::nothing) {
    fmt::format_to(to, R"("waiting_for":{{"what":"{}")",
                   to_string(x.waits_for.what));
    if (x.waits_for.what == awaited::cause::actor)
      fmt::format_to(to, R"(,"actor":{})", x.waits_for.actor);
    if (!x.waits_for.who.empty()) {
      out += R"(,"who":)";
      append_text(out, x.waits_for.who);
    }
    out += "},";
  }
  if (x.first_due)
    fmt::format_to(to, R"("first_due_ms":{},)", to_ms(*x.first_due));
  if (x.ages.empty())
    return;
  out += R"("ages_ms":{)";
  bool first = true;
  for (const auto& [of, age] : x.ages)
    fmt::format_to(to, R"({}"{}":{})", std::exchange(first, false) ? "" : ",",
                   of, to_ms(age));
  out += "},";
}

} // namespace

/// Writes an object piece by piece: building a tree first takes ten times as
/// long, and there may be many thousands. Kinds and names of figures are our
/// own words.
void append_actor(std::string& out, const actor_stat& x) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"id":{},"parent":{},"kind":"{}","name":)", x.id, x.parent,
                 x.kind);
  append_text(out, x.name);
  fmt::format_to(std::back_inserter(out),
                 R"(,"mailbox":{},"handled":{},"paused":{},)", x.mailbox,
                 x.handled, x.paused);
  if (x.busy)
    fmt::format_to(std::back_inserter(out), R"("busy":{:.3f},)", *x.busy);
  append_state(out, x);
  if (!x.sync.empty())
    fmt::format_to(std::back_inserter(out), R"("sync":"{}",)", x.sync);
  out += R"("counters":{)";
  bool first = true;
  x.figures.for_each([&](std::string_view name, uint64_t value) {
    fmt::format_to(std::back_inserter(out), R"({}"{}":{})",
                   std::exchange(first, false) ? "" : ",", name, value);
  });
  fmt::format_to(std::back_inserter(out), R"(}},"peers":[{}]}})",
                 fmt::join(x.peers, ","));
}

std::string actors_json(const node_report& x) {
  std::string out = R"({"cafq_version":")";
  out += config::version();
  out += R"(","actors":[)";
  size_t count = 0;
  for_each_actor(x, [&](const actor_stat&) { ++count; });
  size_t done = 0;
  for_each_actor(x, [&](const actor_stat& actor) {
    if (done > 0)
      out += ',';
    make_room(out, done, count - done);
    append_actor(out, actor);
    ++done;
  });
  out += "]}";
  return out;
}

std::string render(const node_report& x, const report_request& how,
                   const node_report* before) {
  switch (how.how) {
    case report_request::form::stats_json:
      return stats_json(x, how);
    case report_request::form::stats_text:
      return stats_text(x, how);
    case report_request::form::metrics:
      return stats_metrics(x);
    case report_request::form::actors_json:
      return actors_json(x);
    case report_request::form::actors_dot:
      return actors_dot(x);
    case report_request::form::why_json:
      return why_json(explain(x, how, before));
    case report_request::form::why_text:
      return why_text(explain(x, how, before));
    case report_request::form::stream:
    case report_request::form::history:
      break;
  }
  return {};
}

} // namespace cafq
