#include "actors/failed_topic.hpp"

#include "actors/actor_support.hpp"
#include "actors/error.hpp"

#include <vector>

namespace cafq {

topic_actor::behavior_type
failed_topic(counting_pointer<topic_actor, failed_topic_state> self,
             const std::string& key, uint64_t parent) {
  self->state.since = self->clock().now();
  return {
    [](atom::kept, queue_id, uint64_t) {},
    [](atom::load, queue_id, const blocks_ptr&) {},
    [](atom::due, queue_id, const due_messages_ptr&) {},
    [](atom::fetch, queue_id, const bodies_ptr&) {},
    [](atom::empty, queue_id) {},
    [](atom::shed) {},
    [](atom::appended, const appended_ptr&) {},
    [self](atom::put, const batch_ptr&, const client_actor& from, ticket t) {
      self->send(from, atom::refused_v, t, std::string{to_string(ec::failed)});
    },
    [](atom::channel, const std::string&) -> caf::result<channel_actor> {
      return ec::failed;
    },
    [](atom::find, const std::string&) -> caf::result<channel_actor> {
      return ec::failed;
    },
    [](atom::list) { return std::vector<channel_actor>{}; },
    [](atom::erase, const std::string&) -> caf::result<atom::erase> {
      return ec::failed;
    },
    [](atom::peek, const queue::peek_request&) -> caf::result<peek_answer_ptr> {
      return ec::failed;
    },
    [](atom::pause, bool) -> caf::result<atom::pause> { return ec::failed; },
    [](atom::empty) -> caf::result<atom::empty> { return ec::failed; },
    [](atom::save) { return atom::save_v; },
    [self, key, parent](atom::stat) {
      auto result = stat_of(self, actor_state::topic_failed, key, parent);
      result.in_state = self->clock().now() - self->state.since;
      result.waits_for = awaited::outside(awaited::cause::human);
      return result;
    },
    [](atom::room, const std::string&, uint64_t) {},
    [](atom::room, const std::string&, bool) {},
    [](atom::vacant, const channel_actor&, const std::string&) {},
    [](atom::tick) {},
  };
}

} // namespace cafq
