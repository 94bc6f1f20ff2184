#include "tools/cafqd/broker.hpp"

#include "actors/interfaces.hpp"
#include "actors/node.hpp"
#include "config/log.hpp"
#include "config/version.hpp"
#include "net/http_connection.hpp"
#include "net/listener.hpp"
#include "net/multiplexer.hpp"
#include "net/nsq_connection.hpp"
#include "net/socket.hpp"
#include "tools/cafqd/settings.hpp"
#include "tools/cafqd/signals.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>

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

/// Opens a listening socket, or says why there is none.
/// @returns -1 on failure.
int open_door(const std::string& address) {
  try {
    return net::listen_on(address);
  } catch (const net::socket_error& ex) {
    log::fatal("failed to instantiate cafqd - listen ({}) failed - {}", address,
               ex.what());
    return -1;
  }
}

/// HTTP clients are few; their share of the files is set apart, so that neither
/// kind of client can lock out the other.
listener_limits http_limits(size_t files) {
  const auto most = std::clamp<size_t>(files / 8, 4, 2000);
  return {most, most / 2};
}

} // namespace

int run_broker(const config::loaded& configuration) {
  const auto& options = configuration.values;
  const auto fd = open_door(options.tcp_address);
  if (fd < 0)
    return 1;
  const auto http = !options.http_address.empty();
  const auto http_fd = http ? open_door(options.http_address) : -1;
  if (http && http_fd < 0)
    return 1;
  const auto files = net::raise_file_limit();
  log::info("{}", config::version_line());
  log::info("ID: {}", options.node_id);

  system_config cfg{configuration.caf};
  caf::actor_system sys{cfg};
  auto root = sys.spawn(node, to_node_settings(options));
  const auto for_http = http ? http_limits(files) : listener_limits{};
  const auto limits = limits_for(files - for_http.max_connections,
                                 static_cast<size_t>(options.max_connections));
  auto door = sys.middleman().spawn_broker(
    listener, fd, std::string{"TCP"}, limits,
    nsq_connections(root, to_connection_settings(options)));

  listener_actor http_door;
  if (http) {
    auto settings = to_http_settings(options, net::local_address(fd),
                                     net::local_address(http_fd));
    settings.sources.node = root;
    settings.sources.clients = door;
    http_door = sys.middleman().spawn_broker(
      listener, http_fd, std::string{"HTTP"}, for_http,
      http_connections(std::make_shared<http_settings>(settings)));
  }

  log::info("{}: stopping", wait_for_stop());
  die_on_next_signal();
  if (http_door)
    stop(sys, http_door);
  stop(sys, door);
  stop(sys, root);
  sys.await_all_actors_done();
  log::info("CAFQ: bye");
  return 0;
}

} // namespace cafq
