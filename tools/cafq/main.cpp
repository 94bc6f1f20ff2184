#include "config/standard_streams.hpp"
#include "tools/cafq/commands.hpp"
#include "tools/cafq/error.hpp"

#include <exception>
#include <iostream>

#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
  if (!cafq::config::open_standard_streams())
    return 1;
  CLI::App app{"Talks to an NSQ-compatible broker", "cafq"};
  cafq::tool::add_commands(app);
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::Success& e) { // --help, --version
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    app.exit(e);
    return 2;
  } catch (const cafq::tool::error& e) {
    std::cerr << "cafq: " << e.what() << '\n';
    return e.exit_code();
  } catch (const std::exception& e) {
    std::cerr << "cafq: " << e.what() << '\n';
    return 1;
  }
}
