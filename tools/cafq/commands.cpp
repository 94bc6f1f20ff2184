#include "tools/cafq/commands.hpp"

#include "tools/cafq/bench/bench.hpp"
#include "tools/cafq/operate.hpp"
#include "tools/cafq/pub.hpp"
#include "tools/cafq/tail.hpp"

#include <CLI/CLI.hpp>

namespace cafq::tool {

void add_commands(CLI::App& app) {
  app.set_version_flag("--version", "cafq " CAFQ_VERSION);
  app.require_subcommand(1);
  add_pub(app);
  add_tail(app);
  add_stats(app);
  add_topic_and_channel(app);
  add_actors(app);
  add_why(app);
  add_peek(app);
  add_top(app);
  add_import(app);
  add_backup(app);
  add_restore(app);
  add_store(app);
  add_disk(app);
  bench::add_bench(app);
}

} // namespace cafq::tool
