#include "test/net/scripted_authorizer.hpp"

namespace cafq::test {

authorizer_actor::behavior_type scripted_authorizer(
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

grant_ptr all_of(const std::string& topic) {
  return std::make_shared<const auth::authorizations>(
    R"({"ttl":10,"identity":"Ann","authorizations":[{"topic":")" + topic
    + R"(","channels":[".*"],"permissions":["publish","subscribe"]}]})");
}

} // namespace cafq::test
