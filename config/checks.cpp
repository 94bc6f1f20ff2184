#include "config/checks.hpp"

#include "config/option_table.hpp"

#include <fmt/core.h>

namespace cafq::config {

complaint check_values(const configuration& what) {
  try {
    static_cast<void>(to_sync_policy(what.values));
  } catch (const bad_sync_rule& x) {
    const auto origin = what.origins.find(find_option("topic-sync"));
    return fmt::format("{}: {}", origin->second, x.what());
  }
  return std::nullopt;
}

std::vector<std::string> notes(const configuration& what) {
  std::vector<std::string> lines;
  for (const auto& group : option_table())
    for (const auto& row : group.rows)
      if (const auto origin = what.origins.find(&row);
          row.support == support::ignored && origin != what.origins.end())
        lines.push_back(
          fmt::format("{} is known for nsqd's sake and has no effect ({})",
                      origin->second, row.help));
  return lines;
}

} // namespace cafq::config
