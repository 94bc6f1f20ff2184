#include "config/checks.hpp"

#include "config/option_table.hpp"

#include <fmt/core.h>

namespace cafq::config {

namespace {

template <class T>
bool is_off(const T&) {
  return false;
}

bool is_off(const std::string& value) {
  return value.empty();
}

/// Whether an option that is not built yet asks for nothing: it has its default
/// or is empty, which turns off what it is about.
bool asks_nothing(const options& values, const options& defaults,
                  const option_row& row) {
  return std::visit(
    [&](auto field) {
      return values.*field == defaults.*field || is_off(values.*field);
    },
    row.field);
}

} // namespace

complaint check_support(const configuration& what) {
  const options defaults;
  for (const auto& group : option_table())
    for (const auto& row : group.rows) {
      const auto origin = what.origins.find(&row);
      if (origin == what.origins.end())
        continue;
      if (row.support == support::later
          && !asks_nothing(what.values, defaults, row))
        return fmt::format("{} is not yet supported", origin->second);
    }
  return std::nullopt;
}

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
