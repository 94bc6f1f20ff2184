#include "config/config_file.hpp"

#include "config/go_duration.hpp"
#include "config/timespan_scan.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/config_option_set.hpp>
#include <caf/config_value.hpp>
#include <caf/detail/parser/read_ini.hpp>
#include <caf/error.hpp>
#include <caf/parser_state.hpp>
#include <caf/uri.hpp>

#include <algorithm>
#include <cstddef>

#include <fmt/core.h>

namespace cafq::config {

namespace {

using std::chrono::nanoseconds;
using iterator = std::string::const_iterator;
using parser_state = caf::parser_state<iterator>;

// -- reading ------------------------------------------------------------------

/// The line of a position. CAF's own count is one too high at the end of a line
/// and one too low if the first line is empty.
int line_at(iterator begin, iterator position) {
  return 1 + static_cast<int>(std::count(begin, position, '\n'));
}

/// Takes what CAF's parser finds and notes on which line it was.
class collector {
public:
  collector(const parser_state& state, iterator begin)
    : state_(state), begin_(begin) {
    // nop
  }

  // -- called by the parser ---------------------------------------------------

  collector& begin_map() {
    if (in_list_)
      fail("a list cannot hold a group");
    path_.push_back(std::move(key_));
    entries.push_back({section(), "", {}, line()});
    return *this;
  }

  void end_map() {
    path_.pop_back();
  }

  collector& begin_list() {
    if (in_list_)
      fail("a list cannot hold a list");
    in_list_ = true;
    list_.clear();
    return *this;
  }

  void end_list() {
    in_list_ = false;
    add(list_);
  }

  void key(std::string name) {
    key_ = std::move(name);
    key_line_ = line();
  }

  void value(caf::atom_value x) {
    add(to_string(x));
  }

  void value(const caf::uri&) {
    fail("an address goes in double quotes, not in <>");
  }

  // For bool, int64_t, double, std::string and nanoseconds.
  template <class T>
  void value(T x) {
    add(std::move(x));
  }

  // -- results ----------------------------------------------------------------

  std::vector<file_entry> entries;
  std::optional<syntax_error> error;

  [[nodiscard]] int line() const {
    return line_at(begin_, state_.i);
  }

private:
  template <class T>
  void add(T x) {
    if constexpr (!std::is_same_v<T, std::vector<scalar>>)
      if (in_list_) {
        list_.emplace_back(std::move(x));
        return;
      }
    entries.push_back({section(), key_, std::move(x), key_line_});
  }

  void fail(std::string what) {
    if (!error)
      error = syntax_error{line(), std::move(what)};
  }

  [[nodiscard]] std::string section() const {
    std::string name;
    for (const auto& part : path_)
      name += name.empty() ? part : "." + part;
    return name;
  }

  const parser_state& state_;
  iterator begin_;
  std::vector<std::string> path_;
  std::string key_;
  int key_line_ = 0;
  bool in_list_ = false;
  std::vector<scalar> list_;
};

std::string explain(const parser_state& state) {
  switch (state.code) {
    case caf::pec::unexpected_eof:
      return "the file ends in the middle of a setting";
    case caf::pec::unexpected_newline:
      return "the line ends too early, without a value or a closing quote";
    case caf::pec::illegal_escape_sequence:
      return "a backslash stands only before n, r, t, \\ and \"";
    case caf::pec::fractional_timespan:
      return "a duration with a fraction goes in quotes, like \"1.5s\"";
    case caf::pec::too_many_characters:
      return "a word in single quotes has at most 10 letters";
    case caf::pec::integer_overflow:
    case caf::pec::integer_underflow:
    case caf::pec::exponent_overflow:
    case caf::pec::exponent_underflow:
    case caf::pec::timespan_overflow:
      return "the number is too large";
    default:
      return fmt::format("unexpected {}; text and durations such as 1m30s go "
                         "in double quotes, a comment starts with ;",
                         state.i == state.e || *state.i == '\n'
                           ? "end of line"
                           : fmt::format("\"{}\"", *state.i));
  }
}

// -- what CAF knows -----------------------------------------------------------

/// Gets at the options CAF declares, which only a subclass may see.
class known_options : public caf::actor_system_config {
public:
  caf::config_option_set& get() {
    return custom_options_;
  }
};

caf::config_option_set& caf_options() {
  static known_options instance;
  return instance.get();
}

caf::config_value to_caf(const setting& value, caf::string_view type) {
  const auto convert = [type](const auto& x) {
    using value_type = std::decay_t<decltype(x)>;
    if constexpr (std::is_same_v<value_type, std::string>) {
      // CAF's words are not its texts; nobody should have to know which is
      // which, so quotes of either kind do.
      if (type == "atom" || type == "list of atom")
        if (const auto word = caf::atom_from_string(x); to_string(word) == x)
          return caf::config_value{word};
      if (type == "timespan")
        if (const auto time = parse_go_duration(x))
          return caf::config_value{*time};
    }
    return caf::config_value{x};
  };
  const auto* list = std::get_if<std::vector<scalar>>(&value);
  if (list == nullptr)
    return std::visit(
      [&](const auto& x) {
        if constexpr (std::is_same_v<std::decay_t<decltype(x)>,
                                     std::vector<scalar>>)
          return caf::config_value{};
        else
          return convert(x);
      },
      value);
  caf::config_value::list items;
  for (const auto& item : *list)
    items.emplace_back(std::visit(convert, item));
  return caf::config_value{std::move(items)};
}

std::string_view wanted(caf::string_view type) {
  if (type == "boolean")
    return "true or false";
  if (type == "uint64")
    return "a whole number >= 0";
  if (type == "timespan")
    return "a duration such as 250ms or 10s";
  if (type == "atom")
    return "a word of at most 10 letters in quotes";
  if (type == "string")
    return "text in double quotes";
  return "a list";
}

} // namespace

std::variant<std::vector<file_entry>, syntax_error>
parse_config(std::string text) {
  // CAF takes a carriage return for a character like any other.
  for (size_t i = 0; (i = text.find("\r\n", i)) != std::string::npos;)
    text.erase(i, 1);
  // CAF takes a zero byte for the end. A power cut leaves files full of them.
  if (const auto at = text.find('\0'); at != std::string::npos)
    return syntax_error{line_at(text.cbegin(), text.cbegin() + ptrdiff_t(at)),
                        "a zero byte: this is no text, or was damaged"};
  if (const auto at = find_oversized_timespan(text))
    return syntax_error{line_at(text.cbegin(), text.cbegin() + ptrdiff_t(*at)),
                        "the duration is too long"};
  parser_state state{text.cbegin(), text.cend()};
  collector result{state, text.cbegin()};
  caf::detail::parser::read_ini(state, result);
  if (result.error)
    return *result.error;
  // Whatever it does not read must not be passed over.
  if (state.code != caf::pec::success || state.i != state.e)
    return syntax_error{result.line(), explain(state)};
  return std::move(result.entries);
}

const std::vector<std::string>& caf_names() {
  static const auto names = [] {
    std::vector<std::string> result;
    for (const auto& option : caf_options())
      // CAF's own command line, which is not used here.
      if (option.category() != "global")
        result.emplace_back(option.full_name().begin(),
                            option.full_name().end());
    return result;
  }();
  return names;
}

complaint check_caf_setting(const std::string& name, const setting& value) {
  const auto* option = caf_options().qualified_name_lookup(name);
  if (option->check(to_caf(value, option->type_name())))
    return fmt::format("wants {}", wanted(option->type_name()));
  // CAF takes these without a word: it falls back to another policy, or hangs.
  if (name == "scheduler.policy" && value != setting{"sharing"}
      && value != setting{"stealing"})
    return "is not sharing or stealing";
  if ((name == "scheduler.max-threads" || name == "scheduler.max-throughput")
      && value == setting{int64_t{0}})
    return "wants a whole number >= 1";
  return std::nullopt;
}

void apply(const caf_settings& settings, caf::actor_system_config& target) {
  for (const auto& [name, value] : settings) {
    const auto* option = caf_options().qualified_name_lookup(name);
    target.set(name, to_caf(value, option->type_name()));
  }
}

} // namespace cafq::config
