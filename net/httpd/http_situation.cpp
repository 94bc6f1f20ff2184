#include "net/httpd/http_situation.hpp"

namespace cafq {

namespace {

actor_state state_of(http_answer x) noexcept {
  switch (x) {
    case http_answer::grant:
      return actor_state::http_asking_auth;
    case http_answer::publish:
      return actor_state::http_waits_for_topic;
    case http_answer::stream:
      return actor_state::http_streaming;
    case http_answer::other:
    case http_answer::none:
      break;
  }
  return actor_state::http_busy;
}

} // namespace

actor_state state_of(const http_situation& x) noexcept {
  using enum actor_state;
  if (x.phase == http_phase::handshaking)
    return http_handshaking;
  if (x.unread_output)
    return http_output_full;
  if (x.phase != http_phase::open)
    return http_closing;
  if (x.due != http_answer::none)
    return state_of(x.due);
  if (x.no_memory)
    return http_waits_for_memory;
  return x.within_request ? http_receiving : http_idle;
}

} // namespace cafq
