#include "tools/cafq/actor_tree.hpp"

#include "config/printable.hpp"
#include "tools/cafq/error.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_set>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace cafq::tool {

namespace {

using json = nlohmann::ordered_json;

actor_entry to_actor(const json& x) {
  actor_entry result;
  result.id = x.at("id").get<std::uint64_t>();
  result.parent = x.at("parent").get<std::uint64_t>();
  result.kind = x.at("kind").get<std::string>();
  // A client may have the path of its socket for a name.
  result.name = printable(x.at("name").get<std::string>());
  result.mailbox = x.at("mailbox").get<std::uint64_t>();
  result.handled = x.at("handled").get<std::uint64_t>();
  if (const auto busy = x.find("busy"); busy != x.end())
    result.busy = busy->get<double>();
  result.paused = x.at("paused").get<bool>();
  result.state = printable(x.value("state", std::string{}));
  for (const auto& [name, value] : x.at("counters").items())
    result.counters.emplace_back(name, value.get<std::uint64_t>());
  return result;
}

struct line {
  std::string label;
  const actor_entry* actor;
};

class tree {
public:
  explicit tree(const std::vector<actor_entry>& actors) {
    std::unordered_set<std::uint64_t> known;
    for (const auto& x : actors)
      known.insert(x.id);
    for (const auto& x : actors)
      children_[known.count(x.parent) > 0 ? x.parent : 0].push_back(&x);
  }

  std::vector<line> lines() {
    add(0, "", true);
    return std::move(lines_);
  }

private:
  void add(std::uint64_t parent, const std::string& indent, bool top) {
    const auto& list = children_[parent];
    for (const auto* x : list) {
      const auto last = x == list.back();
      std::string branch;
      if (!top)
        branch = last ? "`- " : "|- ";
      lines_.push_back(
        {indent + branch + x->kind + (x->name == x->kind ? "" : " " + x->name),
         x});
      if (x->id != 0)
        add(x->id, top ? indent : indent + (last ? "   " : "|  "), false);
    }
  }

  std::map<std::uint64_t, std::vector<const actor_entry*>> children_;
  std::vector<line> lines_;
};

std::string facts_of(const actor_entry& x) {
  auto result = "mailbox " + std::to_string(x.mailbox) + "  handled "
                + std::to_string(x.handled);
  if (x.busy)
    result += fmt::format("  busy {:.0f} %", *x.busy * 100);
  if (!x.state.empty())
    result += "  " + x.state;
  else if (x.paused)
    result += "  paused";
  for (const auto& [name, value] : x.counters)
    result += "  " + name + " " + std::to_string(value);
  return result;
}

} // namespace

std::vector<actor_entry> parse_actors(std::string_view text) {
  std::vector<actor_entry> result;
  try {
    const auto parsed = json::parse(text);
    for (const auto& x : parsed.at("actors"))
      result.push_back(to_actor(x));
  } catch (const json::exception& e) {
    throw error(std::string{"the broker's list of actors makes no sense: "}
                + e.what());
  }
  return result;
}

std::string draw_actors(std::vector<actor_entry> actors, actor_order order,
                        std::string_view kind) {
  if (!kind.empty())
    std::erase_if(actors, [&](const auto& x) { return x.kind != kind; });
  std::stable_sort(
    actors.begin(), actors.end(), [order](const auto& x, const auto& y) {
      if (order == actor_order::mailbox && x.mailbox != y.mailbox)
        return x.mailbox > y.mailbox;
      return std::tie(x.kind, x.name) < std::tie(y.kind, y.name);
    });
  const auto lines = tree{actors}.lines();
  std::size_t width = 0;
  for (const auto& x : lines)
    width = std::max(width, x.label.size());
  std::string result;
  for (const auto& x : lines) {
    result += x.label;
    result.append(width - x.label.size() + 2, ' ');
    result += facts_of(*x.actor);
    result += '\n';
  }
  return result;
}

} // namespace cafq::tool
