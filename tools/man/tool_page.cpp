#include "tools/man/pages.hpp"
#include "tools/man/roff.hpp"

#include <CLI/CLI.hpp>

namespace cafq::man {

namespace {

/// `-t, --topic TEXT`, or the name of a positional argument.
std::string tag_of(const CLI::Option& x) {
  if (x.get_positional())
    return italic(x.get_name(true));
  std::string names;
  const auto add = [&names](const char* dashes, const std::string& name) {
    if (!names.empty())
      names += ", ";
    names += bold(dashes + name);
  };
  for (const auto& name : x.get_snames())
    add("-", name);
  for (const auto& name : x.get_lnames())
    add("--", name);
  const auto takes_value = x.get_expected_max() > 0;
  return takes_value ? names + " " + italic(x.get_type_name()) : names;
}

std::string text_of(const CLI::Option& x) {
  auto text = x.get_description();
  if (x.get_required())
    text += " [required]";
  else if (!x.get_default_str().empty())
    text += " [default " + x.get_default_str() + "]";
  return text;
}

std::string options_of(const CLI::App& app) {
  std::string text;
  // All take --help: enough to say so once.
  for (const auto* x : app.get_options())
    if (x != app.get_help_ptr() || !app.get_parent())
      text += item(tag_of(*x), text_of(*x));
  return text;
}

/// Every command below `app` that does something, under its full name.
std::string commands_of(const CLI::App& app, const std::string& prefix) {
  std::string text;
  for (const auto* x :
       app.get_subcommands([](const CLI::App*) { return true; })) {
    const auto name = prefix + x->get_name();
    const auto below = commands_of(*x, name + " ");
    text += below.empty() ? subheading(name) + paragraph(x->get_description())
                              + options_of(*x)
                          : below;
  }
  return text;
}

} // namespace

std::string tool_page(const CLI::App& app) {
  const auto name = app.get_name();
  return title(name, "1 User Commands") + heading("NAME")
         + escape(name
                  + " - operate, use and measure an NSQ-compatible broker\n")
         + heading("SYNOPSIS") + bold(name) + " " + italic("command") + " ["
         + italic("option") + "]... [" + italic("argument") + "]...\n"
         + heading("OPTIONS") + options_of(app) + heading("COMMANDS")
         + commands_of(app, name + " ") + heading("EXIT STATUS")
         + item(bold("0"), "done")
         + item(bold("1"), "the broker refused, or cannot be reached")
         + item(bold("2"), "wrong command line") + heading("SEE ALSO")
         + bold("cafqd") + "(8)\n";
}

} // namespace cafq::man
