#include "tools/cafq/bench/bench.hpp"
#include "tools/cafq/error.hpp"
#include "tools/cafq/operate.hpp"
#include "tools/cafq/pub.hpp"
#include "tools/cafq/tail.hpp"

#include <exception>
#include <iostream>

#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
  CLI::App app{"Talks to an NSQ-compatible broker", "cafq"};
  app.set_version_flag("--version", "cafq " CAFQ_VERSION);
  app.require_subcommand(1);
  cafq::tool::add_pub(app);
  cafq::tool::add_tail(app);
  cafq::tool::add_stats(app);
  cafq::tool::add_topic_and_channel(app);
  cafq::tool::add_actors(app);
  cafq::tool::add_store(app);
  cafq::tool::add_disk(app);
  cafq::bench::add_bench(app);
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
