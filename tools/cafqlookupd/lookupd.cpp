#include "tools/cafqlookupd/lookupd.hpp"

#include "config/log.hpp"
#include "config/version.hpp"
#include "net/loop/socket.hpp"
#include "tools/cafqlookupd/lookupd_actors.hpp"
#include "tools/daemon/door.hpp"
#include "tools/daemon/notify.hpp"
#include "tools/daemon/signals.hpp"
#include "tools/daemon/system_config.hpp"

#include <caf/actor_system.hpp>

#include <stdexcept>

#include <malloc.h>

namespace cafq {

namespace {

/// Has the kernel get back at once what long answers took: they are few, and as
/// large as all the rest.
void give_back_long_texts() noexcept {
  constexpr int threshold = 1 << 20;
  ::mallopt(M_MMAP_THRESHOLD, threshold);
}

/// Runs the actors until a signal comes.
void run_lookupd_actors(const config::loaded& configuration) {
  const auto& options = configuration.values;
  const door tcp{options.tcp_address};
  const door http{options.http_address};
  const auto files = net::raise_file_limit();
  system_config cfg{configuration};
  caf::actor_system sys{cfg};
  const auto status = "nodes on " + tcp.address() + ", HTTP on "
                      + http.address();
  lookupd_actors actors{sys, options, tcp, http, files};
  notify::ready(status);
  log::info("{}: stopping",
            wait_for_stop([] { log::info("SIGHUP: nothing to reload"); }));
  notify::stopping("sending everybody away");
  die_on_next_signal();
  actors.stop();
}

} // namespace

int run_lookupd(const config::loaded& configuration) {
  log::info("{}", config::version_line(configuration.who));
  give_back_long_texts();
  try {
    run_lookupd_actors(configuration);
  } catch (const std::runtime_error& ex) {
    log::fatal("failed to instantiate {} - {}", to_string(configuration.who),
               ex.what());
    return 1;
  }
  log::info("{}: bye", to_string(configuration.who));
  return 0;
}

} // namespace cafq
