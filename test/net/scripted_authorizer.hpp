#pragma once

#include "net/peers/authorizer.hpp"

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
authorizer_actor::behavior_type scripted_authorizer(
  authorizer_actor::stateful_pointer<scripted_authorizer_state> self);

/// What may be done with all of a topic, for 10 s.
grant_ptr all_of(const std::string& topic);

} // namespace cafq::test
