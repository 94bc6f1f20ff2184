#pragma once

#include "net/authorizer.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <memory>
#include <string>
#include <vector>

namespace cafq::test {

struct scripted_authorizer_state {
  struct asked {
    auth_question_ptr what;
    caf::typed_response_promise<grant_ptr> answer;
  };

  /// Without an answer yet.
  std::vector<asked> open;
};

/// An AUTHORIZER that answers only when the test does it.
inline authorizer_actor::behavior_type scripted_authorizer(
  authorizer_actor::stateful_pointer<scripted_authorizer_state> self) {
  return {
    [self](const auth_question_ptr& what) {
      auto promise = self->make_response_promise<grant_ptr>();
      self->state.open.push_back({what, promise});
      return promise;
    },
    [](atom::stat) { return actor_stat{}; },
  };
}

/// What may be done with all of a topic, for 10 s.
inline grant_ptr all_of(const std::string& topic) {
  return std::make_shared<const auth::authorizations>(
    R"({"ttl":10,"identity":"Ann","authorizations":[{"topic":")" + topic
    + R"(","channels":[".*"],"permissions":["publish","subscribe"]}]})");
}

} // namespace cafq::test
