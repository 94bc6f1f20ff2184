#include "test/support/deterministic_system.hpp"

namespace cafq::test {

void add_message_types(caf::actor_system_config& cfg) {
  cfg.add_message_types<caf::id_block::cafq>();
  cfg.add_message_types<caf::id_block::cafq_actors>();
}

template class deterministic_system_on<fake_network>;

} // namespace cafq::test
