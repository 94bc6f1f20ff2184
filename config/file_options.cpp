#include "config/file_options.hpp"

#include "config/nearest.hpp"
#include "config/option_table.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>

#include <fmt/core.h>

namespace cafq::config {

namespace {

/// All `views` have to outlive the result.
std::vector<std::string_view> views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

std::vector<std::string_view> sections(std::string_view own) {
  std::vector<std::string_view> names{own};
  for (const std::string_view name : caf_names())
    if (const auto section = name.substr(0, name.find('.'));
        section != names.back())
      names.push_back(section);
  return names;
}

class reader {
public:
  reader(std::string_view name, configuration& target)
    : name_(name), target_(target), own_(own_name(target.of)) {
    // nop
  }

  complaint take(const file_entry& entry) {
    auto wrong = entry.section == no_section ? take_outside(entry)
                 : entry.key.empty()         ? take_header(entry)
                 : entry.section == own_     ? take_own(entry)
                                             : take_caf(entry);
    if (wrong)
      return place(entry.line) + *wrong;
    return std::nullopt;
  }

  [[nodiscard]] std::string place(int line) const {
    return fmt::format("{}:{}: ", name_, line);
  }

private:
  /// Names the likely home of an option that stands above all sections.
  [[nodiscard]] complaint take_outside(const file_entry& entry) const {
    if (entry.key.empty())
      return std::nullopt;
    if (find_option(entry.key, true, target_.table()) != nullptr)
      return fmt::format("{} stands outside a section; put [{}] above it",
                         entry.key, own_);
    return fmt::format("{} stands outside a section", entry.key);
  }

  [[nodiscard]] complaint take_header(const file_entry& entry) const {
    const auto known = sections(own_);
    if (std::find(known.begin(), known.end(), entry.section) != known.end())
      return std::nullopt;
    return fmt::format("unknown section [{}]{}", entry.section,
                       did_you_mean(entry.section, known));
  }

  complaint take_own(const file_entry& entry) {
    const auto* row = find_option(entry.key, true, target_.table());
    if (row == nullptr)
      return fmt::format(
        "unknown option {}{}", entry.key,
        did_you_mean(entry.key,
                     option_names(scope::anywhere, target_.table())));
    if (row->scope == scope::command_line)
      return fmt::format("{} belongs on the command line, not in a file",
                         entry.key);
    if (auto wrong = first_time(std::string{row->name}, entry))
      return wrong;
    if (auto wrong = assign(target_.values, *row, entry.value))
      return fmt::format("{}: {}", entry.key, *wrong);
    target_.origins[row] = place(entry.line) + entry.key;
    return std::nullopt;
  }

  complaint take_caf(const file_entry& entry) {
    const auto name = entry.section + "." + entry.key;
    const auto& known = caf_names();
    if (std::find(known.begin(), known.end(), name) == known.end())
      return fmt::format("unknown setting {}{}", name,
                         did_you_mean(name, views(known)));
    if (auto wrong = first_time(name, entry))
      return wrong;
    if (auto wrong = check_caf_setting(name, entry.value))
      return fmt::format("{} {}", name, *wrong);
    target_.caf.emplace_back(name, entry.value);
    return std::nullopt;
  }

  /// A key that comes twice is a slip: which of the two was meant?
  complaint first_time(const std::string& name, const file_entry& entry) {
    const auto [at, fresh] = lines_.try_emplace(name, entry.line);
    if (fresh)
      return std::nullopt;
    return fmt::format("{} is set twice, first on line {}", entry.key,
                       at->second);
  }

  std::string_view name_;
  configuration& target_;
  std::string_view own_;
  std::map<std::string, int> lines_;
};

} // namespace

complaint read_file(const std::string& path, configuration& target) {
  errno = 0;
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  // An empty file copies nothing, which the stream takes for a failure.
  if (file && file.peek() != std::ifstream::traits_type::eof())
    text << file.rdbuf();
  if (!file.is_open() || file.bad() || errno == EISDIR)
    return fmt::format("cannot read {}: {}", path,
                       std::generic_category().message(errno));
  return read_text(text.str(), path, target);
}

complaint
read_text(std::string text, std::string_view name, configuration& target) {
  reader result{name, target};
  const auto parsed = parse_config(std::move(text));
  if (const auto* error = std::get_if<syntax_error>(&parsed))
    return result.place(error->line) + error->what;
  for (const auto& entry : std::get<std::vector<file_entry>>(parsed))
    if (auto wrong = result.take(entry))
      return wrong;
  return std::nullopt;
}

} // namespace cafq::config
