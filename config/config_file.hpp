#pragma once

#include "config/assign.hpp"
#include "config/setting.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace caf {

class actor_system_config;

} // namespace caf

namespace cafq::config {

/// Settings of the actor framework by full name, like `scheduler.policy`.
using caf_settings = std::vector<std::pair<std::string, setting>>;

/// One `key = value` of a file, or the header of a section.
struct file_entry {
  std::string section;
  /// Empty for the header of a section.
  std::string key;
  setting value;
  int line = 0;
};

/// Why and where a file cannot be read.
struct syntax_error {
  int line = 0;
  std::string what;
};

/// The section of what stands above the first header.
inline constexpr std::string_view no_section = "global";

/// Takes a text in CAF 0.17's configuration syntax apart.
[[nodiscard]] std::variant<std::vector<file_entry>, syntax_error>
parse_config(std::string text);

/// The full names of all settings that CAF and its middleman know.
[[nodiscard]] const std::vector<std::string>& caf_names();

/// Checks a value against the type CAF wants for a setting.
/// @pre `name` is one of `caf_names()`.
[[nodiscard]] complaint
check_caf_setting(const std::string& name, const setting& value);

/// Hands settings over to CAF. Call it before the actor system starts.
/// @pre `check_caf_setting` found nothing wrong with any of them.
void apply(const caf_settings& settings, caf::actor_system_config& target);

} // namespace cafq::config
