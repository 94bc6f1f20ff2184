#include "tools/cafqd/broker.hpp"

#include "actors/interfaces.hpp"
#include "actors/node.hpp"
#include "actors/store.hpp"
#include "config/log.hpp"
#include "config/version.hpp"
#include "net/listener.hpp"
#include "net/multiplexer.hpp"
#include "net/socket.hpp"
#include "persistence/allocator.hpp"
#include "persistence/data_path.hpp"
#include "persistence/lmdb_message_store.hpp"
#include "persistence/storage_error.hpp"
#include "tools/cafqd/settings.hpp"
#include "tools/cafqd/signals.hpp"
#include "tools/cafqd/tls.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace cafq {

namespace {

/// CAF's settings: ours first, so that the file's own sections beat them.
class system_config : public caf::actor_system_config {
public:
  explicit system_config(const config::caf_settings& from_file) {
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
    config::apply(from_file, *this);
  }
};

/// Ends an actor and waits until it is gone.
template <class Handle>
void stop(caf::actor_system& sys, const Handle& x) {
  caf::scoped_actor self{sys};
  self->monitor(x);
  self->send_exit(x, caf::exit_reason::user_shutdown);
  self->receive([](const caf::down_msg&) {});
}

/// Takes to disk what queues hold in memory.
void save(caf::actor_system& sys, const node_actor& root) {
  caf::scoped_actor self{sys};
  self->request(root, caf::infinite, atom::save_v)
    .receive([](atom::save) { log::info("STORE: saved"); },
             [](const caf::error& why) {
               log::error("STORE: not everything was saved - {}", render(why));
             });
}

/// Returns the difference between the wall clock and the actors' clock.
queue::duration unix_offset_of(queue::time_point now) {
  return std::chrono::system_clock::now().time_since_epoch()
         - now.time_since_epoch();
}

} // namespace

int run_broker(const config::loaded& configuration) {
  const auto& options = configuration.values;
  std::shared_ptr<transport::tls_source> tls;
  int fd = -1;
  try {
    tls = load_tls(options);
    fd = net::listen_on(options.tcp_address);
  } catch (const transport::tls_error& ex) {
    log::fatal("failed to instantiate cafqd - {}", ex.what());
    return 1;
  } catch (const net::socket_error& ex) {
    log::fatal("failed to instantiate cafqd - listen ({}) failed - {}",
               options.tcp_address, ex.what());
    return 1;
  }
  const auto files = net::raise_file_limit();
  log::info("{}", config::version_line());
  log::info("ID: {}", options.node_id);

  std::optional<data_path> place;
  std::shared_ptr<message_store> disk;
  std::vector<recovered_topic> found;
  try {
    tune_allocator();
    place.emplace(options.data_path.empty() ? "." : options.data_path);
    for (const auto& warning : place->warnings())
      log::warn("{}", warning);
    disk = open_message_store(place->store_file());
    found = recover(*disk);
  } catch (const storage_error& ex) {
    log::fatal("failed to instantiate cafqd - {}", ex.what());
    return 1;
  }

  system_config cfg{configuration.caf};
  caf::actor_system sys{cfg};
  // Commits wait for the disk, so the store has a thread of its own.
  auto keeper = sys.spawn<caf::detached>(store, std::move(disk));
  auto settings = to_node_settings(options);
  settings.unix_offset = unix_offset_of(sys.clock().now());
  auto root = sys.spawn(node, keeper, found, settings);
  const auto limits = limits_for(files,
                                 static_cast<size_t>(options.max_connections));
  auto door = sys.middleman().spawn_broker(
    listener, fd, root, limits, to_connection_settings(options, tls));

  log::info("{}: stopping",
            wait_for_stop([&] { reload_tls(tls.get(), options); }));
  die_on_next_signal();
  stop(sys, door);
  save(sys, root);
  stop(sys, root);
  stop(sys, keeper);
  sys.await_all_actors_done();
  log::info("CAFQ: bye");
  return 0;
}

} // namespace cafq
