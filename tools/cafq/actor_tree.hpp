#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cafq::tool {

/// One actor of /debug/actors.
struct actor_entry {
  std::uint64_t id = 0;
  std::uint64_t parent = 0;
  std::string kind;
  std::string name;
  std::uint64_t mailbox = 0;
  std::uint64_t handled = 0;
  /// For which share of the time it runs, if the broker tells.
  std::optional<double> busy;
  bool paused = false;
  /// Empty if the broker is one that does not tell.
  std::string state;
  std::vector<std::pair<std::string, std::uint64_t>> counters;
};

/// Reads what /debug/actors answers.
/// @throws error when it is something else.
[[nodiscard]] std::vector<actor_entry> parse_actors(std::string_view json);

enum class actor_order : std::uint8_t { name, mailbox };

/// Draws actors as a tree, children under their parent:
///
///     node                   mailbox 0  handled 9  ready  topics 1
///     `- topic orders        mailbox 0  handled 7  flowing  depth 3
///        `- channel archive  mailbox 0  handled 5  RDY 0  depth 3
///
/// @param kind Only these, as a list; empty for the tree of all.
[[nodiscard]] std::string draw_actors(std::vector<actor_entry> actors,
                                      actor_order order, std::string_view kind);

} // namespace cafq::tool
