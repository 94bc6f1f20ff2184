#include "tools/man/roff.hpp"

#include "config/version.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/core.h>

namespace cafq::man {

std::string escape(std::string_view text) {
  std::string result;
  auto line_starts = true;
  for (const auto c : text) {
    // At the start of a line these would make it a request.
    if (line_starts && (c == '.' || c == '\''))
      result += "\\&";
    if (c == '\\')
      result += "\\e";
    else if (c == '-') // a minus, not a hyphen: to be copied to a shell
      result += "\\-";
    else
      result += c;
    line_starts = c == '\n';
  }
  return result;
}

std::string bold(std::string_view text) {
  return fmt::format("\\fB{}\\fR", escape(text));
}

std::string italic(std::string_view text) {
  return fmt::format("\\fI{}\\fR", escape(text));
}

std::string title(std::string_view name, std::string_view section) {
  const auto space = section.find(' ');
  std::string upper{name};
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  });
  return fmt::format(".TH {} {} \"\" \"cafq {}\" \"{}\"\n", upper,
                     section.substr(0, space), config::version(),
                     section.substr(space + 1));
}

std::string heading(std::string_view text) {
  return fmt::format(".SH {}\n", escape(text));
}

std::string subheading(std::string_view text) {
  return fmt::format(".SS {}\n", escape(text));
}

std::string paragraph(std::string_view text) {
  return fmt::format(".PP\n{}\n", escape(text));
}

std::string item(const std::string& tag, std::string_view text) {
  return fmt::format(".TP\n{}\n{}\n", tag, escape(text));
}

std::string example(std::string_view lines) {
  return fmt::format(".PP\n.RS 4\n.nf\n{}\n.fi\n.RE\n", escape(lines));
}

} // namespace cafq::man
