#include "test/support/broker.hpp"

namespace cafq::test {

broker::broker() {
  start({});
}

broker::~broker() {
  self->send_exit(node, caf::exit_reason::user_shutdown);
  for (const auto& x : clients)
    self->send_exit(x, caf::exit_reason::user_shutdown);
  run();
}

void broker::start(const node_settings& settings) {
  if (node)
    self->send_exit(node, caf::exit_reason::user_shutdown);
  node = sys.spawn(cafq::node, store_actor{}, std::vector<recovered_topic>{},
                   settings);
  run();
}

} // namespace cafq::test
