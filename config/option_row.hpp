#pragma once

#include "config/options.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cafq::config {

/// What cafqd makes of an option.
enum class support : uint8_t {
  yes,
  /// nsqd has it, here it means nothing: accepted with a line in the log.
  ignored,
  /// Stops the start; the help says what to use instead.
  refused,
};

/// Where an option may be set.
enum class scope : uint8_t { anywhere, command_line };

/// The least and greatest value of a number, or of a duration in nanoseconds.
struct limits {
  int64_t least = std::numeric_limits<int64_t>::min();
  int64_t greatest = std::numeric_limits<int64_t>::max();
};

using option_field = std::variant<
  bool options::*, int64_t options::*, std::chrono::nanoseconds options::*,
  std::string options::*, std::vector<std::string> options::*,
  std::vector<double> options::*, auth_method options::*,
  event_loop_kind options::*, log::format options::*, log::level options::*,
  sync_mode options::*, tls_need options::*, tls_policy options::*,
  tls_version options::*>;

/// How an option that is one of a few words compares them.
enum class letter_case : uint8_t { any, exact };

/// One option: all that command line, file, help and dump know about it.
struct option_row {
  /// The flag, as in nsqd.
  std::string_view name;
  option_field field;
  std::string_view help;
  /// The key of nsqd's file where it is not the flag's name.
  std::string_view alias{};
  /// For numbers and durations.
  limits allowed{};
  /// For enumerations: what each enumerator is called, in their order.
  std::vector<std::string_view> choices{};
  config::letter_case letter_case = config::letter_case::any;
  config::support support = support::yes;
  config::scope scope = scope::anywhere;
  /// What the help calls the value, if the type does not say it.
  std::string_view value_name{};
  /// The help's text for a default that depends on the machine.
  std::string_view default_text{};
};

/// Whether the option may be given without a value, which then means true.
[[nodiscard]] bool is_switch(const option_row& row);

/// Whether a configuration file is the place for the option.
[[nodiscard]] bool is_in_files(const option_row& row);

/// Says which values a row takes: `0..1023`, `> 0s`, `text or json`.
/// Empty if the type allows them all.
[[nodiscard]] std::string allowed_text(const option_row& row);

} // namespace cafq::config
