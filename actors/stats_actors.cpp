#include "actors/stats_render.hpp"
#include "config/version.hpp"

#include <iterator>
#include <string_view>
#include <unordered_set>
#include <utility>

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace cafq {

namespace {

/// Calls `f` for every actor of the report.
template <class F>
void for_each_actor(const node_report& x, F&& f) {
  for (const auto& actor : x.others)
    f(actor);
  for (const auto& topic : x.topics) {
    f(topic.self);
    for (const auto& channel : topic.channels)
      f(channel);
  }
  for (const auto& actor : x.connections)
    f(actor);
}

void append_text(std::string& out, std::string_view text) {
  out += nlohmann::json(text).dump(-1, ' ', false,
                                   nlohmann::json::error_handler_t::replace);
}

/// Writes an object piece by piece: building a tree first takes ten times as
/// long, and there may be many thousands. Kinds and counters are our own words.
void append_actor(std::string& out, const actor_stat& x) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"id":{},"parent":{},"kind":"{}","name":)", x.id, x.parent,
                 x.kind);
  append_text(out, x.name);
  fmt::format_to(std::back_inserter(out), R"(,"mailbox":{},"paused":{},)",
                 x.mailbox, x.paused);
  if (!x.sync.empty())
    fmt::format_to(std::back_inserter(out), R"("sync":"{}",)", x.sync);
  out += R"("counters":{)";
  bool first = true;
  for (const auto& [name, value] : x.counters)
    fmt::format_to(std::back_inserter(out), R"({}"{}":{})",
                   std::exchange(first, false) ? "" : ",", name, value);
  fmt::format_to(std::back_inserter(out), R"(}},"peers":[{}]}})",
                 fmt::join(x.peers, ","));
}

std::string escape(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result;
}

std::string_view shape_of(std::string_view kind) {
  if (kind == "topic")
    return "box";
  if (kind == "channel")
    return "component";
  if (kind == "connection" || kind == "http")
    return "ellipse";
  return "doubleoctagon";
}

/// The counters that say what state an actor is in, for its label.
std::string label_of(const actor_stat& x) {
  auto result = fmt::format("{}\\n{}", escape(x.kind), escape(x.name));
  if (!x.sync.empty())
    result += "\\nsync " + x.sync;
  if (x.paused)
    result += "\\npaused";
  if (x.mailbox > 0)
    result += fmt::format("\\nmailbox {}", x.mailbox);
  for (const auto* name : {"depth", "in_flight", "published"})
    if (const auto value = x.counter(name); value > 0)
      result += fmt::format("\\n{} {}", name, value);
  return result;
}

} // namespace

std::string actors_json(const node_report& x) {
  std::string out = R"({"cafq_version":")";
  out += config::version();
  out += R"(","actors":[)";
  bool first = true;
  for_each_actor(x, [&](const actor_stat& actor) {
    if (!std::exchange(first, false))
      out += ',';
    append_actor(out, actor);
  });
  return out += "]}";
}

std::string actors_dot(const node_report& x) {
  std::string out = "digraph cafqd {\n"
                    "  rankdir=LR;\n"
                    "  node [fontname=\"sans-serif\", fontsize=10];\n";
  std::unordered_set<uint64_t> known;
  for_each_actor(x, [&](const actor_stat& actor) {
    known.insert(actor.id);
    fmt::format_to(std::back_inserter(out), "  a{} [shape={}, label=\"{}\"];\n",
                   actor.id, shape_of(actor.kind), label_of(actor));
  });
  for_each_actor(x, [&](const actor_stat& actor) {
    if (known.count(actor.parent) > 0)
      fmt::format_to(std::back_inserter(out),
                     "  a{} -> a{} [style=bold, arrowhead=none];\n",
                     actor.parent, actor.id);
    for (auto peer : actor.peers)
      if (known.count(peer) > 0)
        fmt::format_to(std::back_inserter(out),
                       "  a{} -> a{} [color=gray40, constraint=false];\n",
                       actor.id, peer);
  });
  return out += "}\n";
}

std::string render(const node_report& x, const report_request& how) {
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
  }
  return {};
}

} // namespace cafq
