#include "config/command_line.hpp"

#include "config/nearest.hpp"
#include "config/option_table.hpp"

#include <set>
#include <string_view>

#include <fmt/core.h>

namespace cafq::config {

// CLI11 was tried and does not carry its weight here: it takes neither `-name`
// nor an empty value (`--http-address=`, which nsqd's users write), does not
// guess the right name and does not wrap its help. What is left to do once the
// table knows types and ranges is to split at `=`.

namespace {

std::string unknown(std::string_view name, role x) {
  auto names = option_names(scope::command_line, option_table(x));
  names.emplace_back("help");
  auto guess = did_you_mean(name, names, "--");
  if (guess.empty())
    guess = fmt::format("; see {} --help", own_name(x));
  return fmt::format("unknown option --{}{}", name, guess);
}

std::string not_a_flag(std::string_view arg, const command_line& line) {
  // Most likely the value of a switch: `--deflate false`.
  if (!line.flags.empty() && is_switch(*line.flags.back().row))
    return fmt::format("unexpected argument \"{}\"; a switch takes its value "
                       "after \"=\", as in --{}=false",
                       arg, line.flags.back().row->name);
  return fmt::format("unexpected argument \"{}\"; options start with --", arg);
}

} // namespace

std::variant<command_line, std::string>
parse_command_line(std::span<const char* const> args, role x) {
  command_line result;
  for (size_t i = 0; i < args.size(); ++i) {
    const std::string_view arg{args[i]};
    if (arg == "--" && i + 1 == args.size())
      break;
    if (arg.size() < 2 || arg[0] != '-' || arg == "--")
      return not_a_flag(arg, result);
    const auto dashes = arg[1] == '-' ? 2U : 1U;
    const auto equals = arg.find('=');
    const auto name = arg.substr(dashes, equals == std::string_view::npos
                                           ? std::string_view::npos
                                           : equals - dashes);
    if (name == "help" || name == "h") {
      result.help = true;
      return result;
    }
    const auto* row = find_option(name, false, option_table(x));
    // Unlike a file, a command line has one spelling: that of nsqd.
    if (row == nullptr || row->name != name)
      return unknown(name, x);
    if (row->support == support::refused)
      return fmt::format("--{}: {}", name, row->help);
    if (equals != std::string_view::npos)
      result.flags.push_back({row, std::string{arg.substr(equals + 1)}});
    else if (is_switch(*row))
      result.flags.push_back({row, "true"});
    else if (++i < args.size())
      result.flags.push_back({row, args[i]});
    else
      return fmt::format("--{} needs a value", name);
  }
  return result;
}

complaint apply(const command_line& line, configuration& target) {
  std::set<const option_row*> seen;
  for (const auto& flag : line.flags) {
    if (seen.insert(flag.row).second)
      clear_list(target.values, *flag.row);
    if (auto wrong = assign_text(target.values, *flag.row, flag.value))
      return fmt::format("--{}: {}", flag.row->name, *wrong);
    target.origins[flag.row] = fmt::format("--{}", flag.row->name);
  }
  return std::nullopt;
}

} // namespace cafq::config
