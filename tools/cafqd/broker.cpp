#include "tools/cafqd/broker.hpp"

#include "actors/interfaces.hpp"
#include "actors/node.hpp"
#include "actors/store.hpp"
#include "config/log.hpp"
#include "config/version.hpp"
#include "net/http_connection.hpp"
#include "net/listener.hpp"
#include "net/multiplexer.hpp"
#include "net/nsq_connection.hpp"
#include "net/socket.hpp"
#include "persistence/allocator.hpp"
#include "persistence/data_path.hpp"
#include "persistence/lmdb_message_store.hpp"
#include "persistence/storage_error.hpp"
#include "tools/cafqd/notify.hpp"
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
#include <stdexcept>
#include <string>
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

/// What the node needs before its actors can start. Whatever cannot be had
/// throws, in the words of the fatal log line.
struct resources {
  explicit resources(const config::options& options)
    : tls(load_tls(options)),
      tcp_fd(open_door(options.tcp_address)),
      place(options.data_path.empty() ? "." : options.data_path),
      disk(open_message_store(place.store_file(), to_store_options(options))),
      found(recover(*disk)) {
    if (!options.http_address.empty())
      http_fd = open_door(options.http_address);
    for (const auto& warning : place.warnings())
      log::warn("{}", warning);
  }

  static int open_door(const std::string& address) {
    try {
      return net::listen_on(address);
    } catch (const net::socket_error& ex) {
      throw std::runtime_error("listen (" + address + ") failed - "
                               + ex.what());
    }
  }

  std::shared_ptr<transport::tls_source> tls;
  int tcp_fd;
  int http_fd = -1;
  data_path place;
  std::shared_ptr<message_store> disk;
  std::vector<recovered_topic> found;
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

/// HTTP clients are few; their share of the files is set apart, so that neither
/// kind of client can lock out the other.
listener_limits http_limits(size_t files) {
  const auto most = std::clamp<size_t>(files / 8, 4, 2000);
  return {most, most / 2};
}

/// The line that a service manager shows while the node works.
std::string status_text(const resources& have) {
  auto text = "NSQ on " + net::local_address(have.tcp_fd);
  if (have.http_fd >= 0)
    text += ", HTTP on " + net::local_address(have.http_fd);
  return text + "; started with " + notify::backlog_text(have.found);
}

/// Runs the actors until a signal comes.
void run_actors(const config::loaded& configuration, resources& have) {
  const auto& options = configuration.values;
  const auto files = net::raise_file_limit();
  system_config cfg{configuration.caf};
  caf::actor_system sys{cfg};
  auto& middleman = sys.middleman();
  // Commits wait for the disk, so the store has a thread of its own.
  auto health = std::make_shared<store_health>();
  auto keeper = sys.spawn<caf::detached>(store, std::move(have.disk), health);
  auto settings = to_node_settings(options);
  settings.health = health;
  settings.unix_offset = unix_offset_of(sys.clock().now());
  log::info("SYNC: {}", describe_sync(options));
  const auto status = status_text(have);
  auto root = sys.spawn(node, keeper, std::move(have.found), settings);

  const auto http = have.http_fd >= 0;
  const auto for_http = http ? http_limits(files) : listener_limits{};
  const auto limits = limits_for(files - for_http.max_connections,
                                 static_cast<size_t>(options.max_connections));
  auto door = middleman.spawn_broker(
    listener, have.tcp_fd, std::string{"TCP"}, limits,
    nsq_connections(root, to_connection_settings(options, have.tls)));
  listener_actor http_door;
  if (http) {
    auto x = to_http_settings(options, net::local_address(have.tcp_fd),
                              net::local_address(have.http_fd));
    x.sources.node = root;
    x.sources.clients = door;
    x.health = health;
    http_door = middleman.spawn_broker(
      listener, have.http_fd, std::string{"HTTP"}, for_http,
      http_connections(std::make_shared<http_settings>(x)));
  }

  notify::ready(status);
  log::info("{}: stopping", wait_for_stop([&] {
              notify::reloading();
              reload_tls(have.tls.get(), options);
              notify::ready(status);
            }));
  notify::stopping();
  die_on_next_signal();
  if (http_door)
    stop(sys, http_door);
  stop(sys, door);
  save(sys, root);
  stop(sys, root);
  stop(sys, keeper);
  sys.await_all_actors_done();
}

} // namespace

int run_broker(const config::loaded& configuration) {
  log::info("{}", config::version_line());
  log::info("ID: {}", configuration.values.node_id);
  tune_allocator();
  try {
    resources have{configuration.values};
    run_actors(configuration, have);
  } catch (const std::runtime_error& ex) {
    log::fatal("failed to instantiate cafqd - {}", ex.what());
    return 1;
  }
  log::info("CAFQ: bye");
  return 0;
}

} // namespace cafq
