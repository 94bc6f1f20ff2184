#include "tools/cafqd/broker.hpp"

#include "config/log.hpp"
#include "config/version.hpp"
#include "net/loop/socket.hpp"
#include "persistence/allocator.hpp"
#include "tools/cafqd/daemon_actors.hpp"
#include "tools/cafqd/resources.hpp"
#include "tools/cafqd/settings.hpp"
#include "tools/cafqd/tls.hpp"
#include "tools/daemon/notify.hpp"
#include "tools/daemon/signals.hpp"
#include "tools/daemon/system_config.hpp"

#include <caf/actor_system.hpp>

#include <stdexcept>

namespace cafq {

namespace {

/// Runs the actors until a signal comes.
void run_actors(const config::loaded& configuration, resources& have) {
  const auto& options = configuration.values;
  if (options.http_auth_required && options.auth_http_address.empty())
    throw std::runtime_error("--http-auth-required needs --auth-http-address");
  const auto files = net::raise_file_limit();
  system_config cfg{configuration, use_stock_io(options)};
  caf::actor_system sys{cfg};
  const auto status = have.status();
  log::info("SYNC: {}", describe_sync(options));
  daemon_actors actors{sys, options, have, files};
  notify::ready(status);
  log::info("{}: stopping", wait_for_stop([&] {
              notify::reloading();
              reload_tls(have.tls.get(), options);
              notify::ready(status);
            }));
  notify::stopping("saving what the queues hold in memory");
  die_on_next_signal();
  actors.stop();
}

} // namespace

int run_broker(const config::loaded& configuration) {
  log::info("{}", config::version_line(configuration.who));
  log::info("ID: {}", configuration.values.node_id);
  tune_allocator();
  try {
    resources have{configuration.values};
    if (const auto text = warn_of_open_doors(configuration.values,
                                             have.addresses());
        !text.empty())
      log::warn("{}", text);
    if (const auto text = warn_of_large_messages(configuration.values);
        !text.empty())
      log::warn("{}", text);
    run_actors(configuration, have);
  } catch (const std::runtime_error& ex) {
    log::fatal("failed to instantiate {} - {}", to_string(configuration.who),
               ex.what());
    return 1;
  }
  log::info("{}: bye",
            configuration.who == config::program::nsqd ? "NSQ" : "CAFQ");
  return 0;
}

} // namespace cafq
