#include "actors/reports/stats_each.hpp"
#include "actors/reports/stats_render.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/ranges.h>

namespace cafq {

namespace {

/// A figure that stands in the label of an actor.
struct label_figure {
  std::string_view (*name)() = nullptr;
  uint64_t (*of)(const actor_stat&) = nullptr;
};

template <auto Value>
constexpr label_figure shows{[] { return row_of(Value).name; },
                             [](const actor_stat& x) {
                               return x.figure(Value);
                             }};

/// How a kind of actor is drawn.
struct style {
  std::string_view kind;
  /// Of the border; the state has the rest.
  std::string_view colour;
  /// From left to right; -1 = wherever there is room.
  int column;
  std::array<label_figure, 3> figures;
};

constexpr std::array styles{
  style{"listener",
        "#cfd8dc",
        0,
        {shows<&listener_figures::connections>,
         shows<&listener_figures::accepted>}},
  style{"node", "#ffe082", 0, {shows<&node_figures::topics>}},
  style{"connection",
        "#bbdefb",
        1,
        {shows<&connection_figures::commands>,
         shows<&connection_figures::published>}},
  style{"http",
        "#b2ebf2",
        1,
        {shows<&http_figures::requests>, shows<&http_figures::published>}},
  style{"topic",
        "#c8e6c9",
        2,
        {shows<&topic_figures::depth>, shows<&topic_figures::messages>}},
  style{"channel",
        "#e6ee9c",
        3,
        {shows<&channel_figures::depth>, shows<&channel_figures::in_flight>,
         shows<&channel_figures::messages>}},
  style{"store",
        "#ffccbc",
        4,
        {shows<&store_figures::commits>, shows<&store_figures::staged_bytes>}},
  style{"discovery",
        "#e1bee7",
        1,
        {shows<&discovery_figures::topics>, shows<&discovery_figures::ready>}},
  style{"lookup_peer",
        "#d1c4e9",
        2,
        {shows<&lookup_peer_figures::ready>,
         shows<&lookup_peer_figures::commands>}},
  style{"fetcher",
        "#f8bbd0",
        2,
        {shows<&fetcher_figures::requests>, shows<&fetcher_figures::open>}},
  style{"authorizer",
        "#f8bbd0",
        -1,
        {shows<&authorizer_figures::questions>,
         shows<&authorizer_figures::failures>}},
  style{"statsd",
        "#d7ccc8",
        0,
        {shows<&statsd_figures::packets>, shows<&statsd_figures::failures>}},
  style{
    "handshaker",
    "#f8bbd0",
    -1,
    {shows<&handshaker_figures::steps>, shows<&handshaker_figures::failures>}},
  style{"producer", "#bbdefb", 0, {shows<&producer_figures::commands>}},
  style{"dialer",
        "#f8bbd0",
        2,
        {shows<&dialer_figures::dials>, shows<&dialer_figures::failures>}},
  style{
    "registry",
    "#c8e6c9",
    1,
    {shows<&registry_figures::topics>, shows<&registry_figures::producers>}},
  style{"backup", "#d7ccc8", -1, {shows<&backup_figures::bytes>}},
  style{"peeker", "#d7ccc8", -1, {shows<&peeker_figures::looks>}},
  style{"collector", "#d7ccc8", -1, {shows<&collector_figures::gatherings>}},
};
constexpr style unknown_style{"", "#ffffff", -1, {}};
constexpr size_t num_columns = 5;

const style& style_of(std::string_view kind) {
  const auto* i = std::find_if(styles.begin(), styles.end(),
                               [&](const auto& x) { return x.kind == kind; });
  return i == styles.end() ? unknown_style : *i;
}

std::string_view colour_of(mood x) {
  switch (x) {
    case mood::idle:
      return "#eceff1";
    case mood::flowing:
      return "#c8e6c9";
    case mood::waiting:
      return "#ffe082";
    case mood::stuck:
      return "#ef9a9a";
  }
  return "#ffffff";
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

/// A kind has its own name where there is one such actor only.
std::string label_of(const actor_stat& x) {
  auto result = escape(x.kind);
  if (!x.name.empty() && x.name != x.kind)
    result += "\\n" + escape(x.name);
  if (!x.sync.empty())
    result += fmt::format("\\nsync {}", x.sync);
  result += "\\n" + escape(row_of(x.state).word);
  if (x.busy)
    result += fmt::format("\\nbusy {:.0f} %", *x.busy * 100);
  result += fmt::format("\\nmailbox {}, handled {}", x.mailbox, x.handled);
  for (const auto& shown : style_of(x.kind).figures) {
    if (!shown.of)
      continue;
    std::string words{shown.name()};
    std::replace(words.begin(), words.end(), '_', ' ');
    result += fmt::format("\\n{} {}", words, shown.of(x));
  }
  return result;
}

class graph {
public:
  explicit graph(const node_report& x) {
    for_each_actor(x, [&](const actor_stat& actor) {
      parents_.emplace(actor.id, actor.parent);
    });
    for_each_actor(x, [&](const actor_stat& actor) {
      for (const auto peer : actor.peers)
        if (parents_.count(peer) > 0)
          flows_.emplace(actor.id, peer);
    });
  }

  void draw(const actor_stat& x) {
    const auto& how = style_of(x.kind);
    print("  a{} [fillcolor=\"{}\", color=\"{}\", label=\"{}\"];\n", x.id,
          colour_of(row_of(x.state).how), how.colour, label_of(x));
    if (how.column >= 0)
      columns_[static_cast<size_t>(how.column)].push_back(
        fmt::format("a{}", x.id));
  }

  std::string finish() {
    for (const auto& [id, parent] : parents_)
      if (parents_.count(parent) > 0)
        print("  a{} -> a{} [color=\"#37474f\", penwidth=2, arrowhead={}];\n",
              parent, id, flows_.count({parent, id}) > 0 ? "normal" : "none");
    for (const auto& [from, to] : flows_)
      draw_flow(from, to);
    draw_columns();
    return std::move(out_);
  }

private:
  template <class... Ts>
  void print(fmt::format_string<Ts...> format, Ts&&... xs) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Ts>(xs)...);
  }

  [[nodiscard]] bool is_parent(uint64_t parent, uint64_t child) const {
    return parents_.at(child) == parent;
  }

  /// One edge for both directions; none where the one from parent to child says
  /// it already.
  void draw_flow(uint64_t from, uint64_t to) {
    const auto back = flows_.count({to, from}) > 0;
    if (is_parent(from, to) || (back && from > to))
      return;
    print("  a{} -> a{} [color=\"#78909c\", penwidth=0.8, dir={}];\n", from, to,
          back ? "both" : "forward");
  }

  /// Invisible points hold the columns in their order, whatever is missing.
  void draw_columns() {
    for (size_t i = 0; i < num_columns; ++i) {
      print("  c{} [style=invis, shape=point];\n", i);
      if (i > 0)
        print("  c{} -> c{} [style=invis];\n", i - 1, i);
      print("  {{ rank=same; c{}; {} }}\n", i, fmt::join(columns_[i], "; "));
    }
  }

  std::string out_;
  std::unordered_map<uint64_t, uint64_t> parents_;
  std::set<std::pair<uint64_t, uint64_t>> flows_;
  std::array<std::vector<std::string>, num_columns> columns_;
};

} // namespace

std::string actors_dot(const node_report& x) {
  graph result{x};
  for_each_actor(x, [&](const actor_stat& actor) { result.draw(actor); });
  return "digraph cafqd {\n"
         "  graph [rankdir=LR, ranksep=1, fontname=\"sans-serif\"];\n"
         "  node [shape=box, style=\"filled,rounded\", penwidth=2, "
         "fontsize=10, "
         "fontname=\"sans-serif\"];\n"
         "  edge [arrowsize=0.6];\n"
         + result.finish() + "}\n";
}

} // namespace cafq
