#include "net/nsq/nsq_situation.hpp"

namespace cafq {

namespace {

actor_state state_of(nsq_answer x) noexcept {
  switch (x) {
    case nsq_answer::grant:
      return actor_state::connection_asking_auth;
    case nsq_answer::topic:
      return actor_state::connection_waits_for_topic;
    case nsq_answer::subscription:
      return actor_state::connection_subscribing;
    case nsq_answer::none:
      break;
  }
  return actor_state::connection_busy;
}

} // namespace

actor_state state_of(const nsq_situation& x) noexcept {
  using enum actor_state;
  if (x.phase == nsq_phase::greeting)
    return connection_greeting;
  // A client that does not read may be why it does not end.
  if (x.output_full)
    return connection_output_full;
  if (x.phase > nsq_phase::emptying)
    return connection_closing;
  if (x.upgrading)
    return connection_handshaking;
  if (x.due != nsq_answer::none)
    return state_of(x.due);
  if (x.no_memory)
    return connection_waits_for_memory;
  if (x.publishes_full)
    return connection_waits_for_topic;
  if (x.owed)
    return connection_busy;
  return x.within_command ? connection_receiving : connection_idle;
}

} // namespace cafq
