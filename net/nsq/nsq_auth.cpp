#include "net/nsq/nsq_connection.hpp"
#include "net/protocol/errors.hpp"
#include "net/protocol/frame.hpp"

#include <utility>

// AUTH, and what it lets a client do. While an auth server is asked, the later
// commands of the client wait; those of others do not.

namespace cafq {

using protocol::command_name;

void connection_state::on(const protocol::auth& x) {
  settle_before_answer();
  if (gate.grant()) {
    violate(protocol::auth_already_set());
    return;
  }
  gate.show(x.secret);
  const auto t = slots.new_ticket();
  slots.wait(t, command_name::auth);
  ask_for_grant([this, t] { authorized(t); });
}

/// Answers the AUTH that waits for `t`.
void connection_state::authorized(ticket t) {
  const auto& grant = gate.grant();
  if (!grant)
    refuse_auth(t, protocol::auth_failed());
  else if (grant->size() == 0)
    refuse_auth(t, protocol::no_authorizations());
  else
    slots.resolve(t, response_frame(grant->to_json()));
}

void connection_state::refuse_auth(ticket t, const protocol::violation& x) {
  log_error(x.text);
  gate.shut();
  slots.fail(t, x);
  end_input();
}

/// Asks the auth servers. No command is looked at before `then` was called,
/// which finds the answer in `gate`.
void connection_state::ask_for_grant(std::function<void()> then) {
  due = nsq_answer::grant;
  const auto done = [this, then = std::move(then)](const grant_ptr& x) {
    if (phase == nsq_phase::closed)
      return;
    due = nsq_answer::none;
    gate.open(x, self->clock().now());
    then();
    answer();
    run();
  };
  self
    ->request(settings->authorizer, caf::infinite,
              question_of(gate.secret(), socket))
    .then(done, [done](const caf::error&) { done(nullptr); });
}

/// Says whether a command may go on. If not, it was refused, or waits for an
/// auth server and is tried again by `later`.
/// @param of A channel; empty for publishing.
bool connection_state::permitted(command_name what, std::string_view topic,
                                 std::string_view of,
                                 const command_maker& later) {
  const auto& grant = gate.grant();
  if (!grant) {
    violate(protocol::auth_first(what));
    return false;
  }
  if (gate.expired(self->clock().now())) {
    ask_for_grant([this, again = later()] {
      if (!executes())
        return;
      if (gate.grant())
        held = again;
      else
        violate(protocol::auth_failed());
    });
    return false;
  }
  const auto allowed = what == command_name::sub
                         ? grant->may_subscribe(topic, of)
                         : grant->may_publish(topic);
  if (!allowed)
    violate(protocol::not_authorized(what, topic, of));
  return allowed;
}

} // namespace cafq
