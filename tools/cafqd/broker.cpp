#include "tools/cafqd/broker.hpp"

#include "actors/interfaces.hpp"
#include "config/log.hpp"
#include "config/version.hpp"
#include "net/loop/multiplexer.hpp"
#include "net/loop/socket.hpp"
#include "net/loop/timed_multiplexer.hpp"
#include "persistence/allocator.hpp"
#include "tools/cafqd/daemon_actors.hpp"
#include "tools/cafqd/notify.hpp"
#include "tools/cafqd/resources.hpp"
#include "tools/cafqd/settings.hpp"
#include "tools/cafqd/signals.hpp"
#include "tools/cafqd/tls.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace cafq {

namespace {

/// CAF's settings: ours first, so that the file's own sections beat them.
class system_config : public caf::actor_system_config {
public:
  explicit system_config(const config::loaded& configuration) {
    if (use_stock_io(configuration.values))
      load<caf::io::middleman, net::timed_multiplexer>();
    else
      load<caf::io::middleman, net::multiplexer>();
    add_message_types<caf::id_block::cafq>();
    add_message_types<caf::id_block::cafq_actors>();
    const auto cores = std::max(std::thread::hardware_concurrency(), 1U);
    // Work stealing polls: it burns a third of a core at 200 msg/s.
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", size_t{std::clamp(cores, 2U, 8U)});
    set("middleman.workers", size_t{1});
    // One read per turn of the event loop: no second recv that only says
    // EAGAIN, and a client that is to wait does so at once.
    set("middleman.max-consecutive-reads", size_t{1});
    config::apply(configuration.caf, *this);
  }
};

/// Runs the actors until a signal comes.
void run_actors(const config::loaded& configuration, resources& have) {
  const auto& options = configuration.values;
  if (options.http_auth_required && options.auth_http_address.empty())
    throw std::runtime_error("--http-auth-required needs --auth-http-address");
  const auto files = net::raise_file_limit();
  system_config cfg{configuration};
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
  notify::stopping();
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
