#include "actors/node.hpp"

#include "actors/actor_support.hpp"
#include "actors/topic.hpp"

namespace cafq {

node_state::node_state(node_actor::pointer ptr) : self(ptr) {
  // nop
}

topic_actor node_state::get_topic(const std::string& key) {
  if (auto i = topics.find(key); i != topics.end())
    return i->second;
  auto result = self->spawn(topic, key, node_actor{self}, settings);
  self->monitor(result);
  topics.emplace(key, result);
  log::info("TOPIC({}): created", key);
  return result;
}

bool node_state::erase_topic(const std::string& key) {
  auto i = topics.find(key);
  if (i == topics.end())
    return false;
  log::info("TOPIC({}): deleting", key);
  self->send_exit(i->second, caf::exit_reason::user_shutdown);
  topics.erase(i);
  return true;
}

void node_state::vacate(const topic_actor& which, const std::string& key) {
  auto i = topics.find(key);
  if (i != topics.end() && i->second == which)
    erase_topic(key);
}

actor_stat node_state::stat() const {
  auto result = stat_of(self, "node", "node", 0);
  result.counters = {{"topics", topics.size()}};
  return result;
}

node_actor::behavior_type node(node_actor::stateful_pointer<node_state> self,
                               const node_settings& settings) {
  log_exceptions(self, "NODE");
  self->state.settings = settings;
  self->set_exit_handler([self](const caf::exit_msg& x) {
    for (auto& [key, topic] : self->state.topics)
      self->send_exit(topic, x.reason);
    self->quit(x.reason);
  });
  self->set_down_handler([self](const caf::down_msg& x) {
    // One that was not erased first has failed.
    std::erase_if(self->state.topics, [&](const auto& item) {
      return item.second.address() == x.source;
    });
  });
  return {
    [self](atom::topic, const std::string& key) {
      return self->state.get_topic(key);
    },
    [self](atom::find, const std::string& key) -> caf::result<topic_actor> {
      auto i = self->state.topics.find(key);
      if (i == self->state.topics.end())
        return ec::no_such_topic;
      return i->second;
    },
    [self](atom::list) {
      std::vector<topic_actor> result;
      for (const auto& [key, topic] : self->state.topics)
        result.push_back(topic);
      return result;
    },
    [self](atom::erase, const std::string& key) -> caf::result<atom::erase> {
      if (!self->state.erase_topic(key))
        return ec::no_such_topic;
      return atom::erase_v;
    },
    [self](atom::stat) { return self->state.stat(); },
    [self](atom::vacant, const topic_actor& which, const std::string& key) {
      self->state.vacate(which, key);
    },
  };
}

} // namespace cafq
