#include "config/load.hpp"

#include "config/cgroup.hpp"
#include "config/checks.hpp"
#include "config/command_line.hpp"
#include "config/configuration.hpp"
#include "config/dump.hpp"
#include "config/file_options.hpp"
#include "config/help.hpp"
#include "config/version.hpp"

#include <utility>

#include <fmt/core.h>

namespace cafq::config {

namespace {

exit_request say(const std::string& text) {
  return {0, text, ""};
}

exit_request fail(program who, int code, const std::string& what) {
  return {code, "", fmt::format("{}: {}\n", to_string(who), what)};
}

/// What holds where nobody says anything.
configuration defaults_of(program who) {
  auto result = configuration_of(role_of(who));
  result.values.log_prefix = fmt::format("[{}] ", to_string(who));
  return result;
}

} // namespace

std::variant<loaded, exit_request>
load(int argc, const char* const* argv, role of) {
  const auto who = program_of(argc > 0 ? argv[0] : "", of);
  const auto count = static_cast<size_t>(argc > 0 ? argc - 1 : 0);
  const auto parsed = parse_command_line({argv + (count > 0 ? 1 : 0), count},
                                         of);
  if (const auto* wrong = std::get_if<std::string>(&parsed))
    return fail(who, 2, *wrong);
  const auto& line = std::get<command_line>(parsed);
  if (line.help)
    return say(help_text(of));

  // The command line counts last but names the file, so it is applied twice.
  auto first = defaults_of(who);
  if (const auto wrong = apply(line, first))
    return fail(who, 2, *wrong);
  if (first.values.version)
    return say(version_line(who) + "\n");
  auto all = defaults_of(who);
  const auto& path = first.values.config_file;
  if (!path.empty())
    if (const auto wrong = read_file(path, all))
      return fail(who, 1, *wrong);
  if (const auto wrong = apply(line, all))
    return fail(who, 2, *wrong);
  if (const auto wrong = check_values(all))
    return fail(who, 1, *wrong);

  if (all.values.check_config)
    return say(path.empty()
                 ? fmt::format("{}: the command line is good\n", own_name(of))
                 : fmt::format("{}: {} is good\n", own_name(of), path));
  if (all.values.dump_config)
    return say(dump(all.values, all.caf, of));
  auto lines = notes(all);
  if (auto note = fit_memory_limit(all, memory_limit_of_cgroup()))
    lines.push_back(std::move(*note));
  return loaded{std::move(all.values), std::move(all.caf), std::move(lines),
                who};
}

} // namespace cafq::config
