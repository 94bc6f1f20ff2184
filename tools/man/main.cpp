// cafq-man PAGE: prints a manual page, for the build.

#include "tools/cafq/commands.hpp"
#include "tools/man/pages.hpp"

#include <iostream>
#include <string_view>

#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
  using cafq::config::role;
  const std::string_view page = argc == 2 ? argv[1] : "";
  if (page == "cafqd.8") {
    std::cout << cafq::man::daemon_page(role::broker);
  } else if (page == "cafqd.conf.5") {
    std::cout << cafq::man::file_page(role::broker);
  } else if (page == "cafqlookupd.8") {
    std::cout << cafq::man::daemon_page(role::lookupd);
  } else if (page == "cafqlookupd.conf.5") {
    std::cout << cafq::man::file_page(role::lookupd);
  } else if (page == "cafq.1") {
    CLI::App app{"", "cafq"};
    cafq::tool::add_commands(app);
    std::cout << cafq::man::tool_page(app);
  } else {
    std::cerr << "usage: cafq-man cafqd.8|cafqd.conf.5|cafqlookupd.8|"
                 "cafqlookupd.conf.5|cafq.1\n";
    return 2;
  }
  return 0;
}
