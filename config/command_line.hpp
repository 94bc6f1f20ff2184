#pragma once

#include "config/configuration.hpp"

#include <span>
#include <string>
#include <variant>
#include <vector>

namespace cafq::config {

/// One `--name=value` of a command line.
struct flag_use {
  const option_row* row = nullptr;
  std::string value;
};

/// What a command line says, before any value is looked at.
struct command_line {
  std::vector<flag_use> flags;
  bool help = false;
};

/// Takes a command line apart by the rules of Go's flag package: one dash or
/// two, value after `=` or as the next argument, a switch only after `=`.
/// Unlike Go, which ignores all from the first argument that is no flag, that
/// argument is an error.
/// @param args The arguments without the program's name.
/// @param x Whose it is.
/// @returns what is wrong, ready for the user, if it cannot be taken apart.
[[nodiscard]] std::variant<command_line, std::string>
parse_command_line(std::span<const char* const> args, role x = role::broker);

/// Sets the options a command line gives. The last use of a scalar wins; a list
/// starts empty, so that it replaces what a file said.
/// @returns what is wrong, with the flag's name in front.
[[nodiscard]] complaint apply(const command_line& line, configuration& target);

} // namespace cafq::config
