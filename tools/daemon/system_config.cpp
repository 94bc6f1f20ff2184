#include "tools/daemon/system_config.hpp"

#include "actors/interfaces.hpp"
#include "net/loop/multiplexer.hpp"
#include "net/loop/timed_multiplexer.hpp"

#include <caf/io/middleman.hpp>

#include <algorithm>
#include <thread>

namespace cafq {

system_config::system_config(const config::loaded& configuration,
                             bool stock_io) {
  if (stock_io)
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

} // namespace cafq
