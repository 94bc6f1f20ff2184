#include "config/sync_policy.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>
#include <fnmatch.h>

namespace cafq::config {

namespace {

constexpr std::array modes{sync_mode::overflow, sync_mode::interval,
                           sync_mode::always};

/// Whether some topic can match: it has no other characters than names and
/// globs have, and every bracket has its partner.
bool is_glob(std::string_view text) {
  bool inside = false;
  size_t members = 0;
  for (const char ch : text) {
    const auto letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z')
                        || (ch >= '0' && ch <= '9');
    if (!letter && std::string_view{"._-#*?[]!^"}.find(ch) == text.npos)
      return false;
    if (ch == '[' && !inside) {
      inside = true;
      members = 0;
    } else if (ch == ']') {
      if (!inside || members == 0)
        return false;
      inside = false;
    } else if (inside && !(members == 0 && (ch == '!' || ch == '^'))) {
      ++members;
    }
  }
  return !text.empty() && !inside;
}

} // namespace

std::string_view to_string(sync_mode x) noexcept {
  switch (x) {
    case sync_mode::overflow:
      return "overflow";
    case sync_mode::interval:
      return "interval";
    case sync_mode::always:
      return "always";
  }
  return "invalid";
}

std::optional<sync_mode> to_sync_mode(std::string_view text) {
  for (auto x : modes)
    if (to_string(x) == text)
      return x;
  return std::nullopt;
}

sync_policy::sync_policy(sync_mode otherwise,
                         const std::vector<std::string>& rules)
  : otherwise_(otherwise) {
  for (const auto& rule : rules) {
    const auto equals = rule.find('=');
    if (equals == rule.npos)
      throw bad_sync_rule{
        fmt::format("\"{}\" is not GLOB=MODE, such as orders.*=always", rule)};
    auto glob = rule.substr(0, equals);
    if (!is_glob(glob))
      throw bad_sync_rule{
        fmt::format("\"{}\" in \"{}\" matches no topic", glob, rule)};
    const auto mode = to_sync_mode(rule.substr(equals + 1));
    if (!mode)
      throw bad_sync_rule{
        fmt::format("\"{}\" in \"{}\" is not one of overflow, interval or "
                    "always",
                    rule.substr(equals + 1), rule)};
    rules_.emplace_back(std::move(glob), *mode);
  }
}

sync_mode sync_policy::mode_of(const std::string& topic) const {
  for (const auto& [glob, mode] : rules_)
    if (::fnmatch(glob.c_str(), topic.c_str(), FNM_NOESCAPE) == 0)
      return mode;
  return otherwise_;
}

bool sync_policy::has(sync_mode x) const noexcept {
  return otherwise_ == x
         || std::any_of(rules_.begin(), rules_.end(),
                        [x](const auto& rule) { return rule.second == x; });
}

} // namespace cafq::config
