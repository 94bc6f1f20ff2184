#include "actors/node.hpp"

#include "actors/actor_support.hpp"
#include "actors/topic.hpp"
#include "net/protocol/names.hpp"

#include <memory>
#include <utility>

namespace cafq {

node_state::node_state(node_actor::pointer ptr) : self(ptr) {
  // nop
}

caf::result<topic_actor> node_state::get_topic(const std::string& key) {
  if (auto i = topics.find(key); i != topics.end())
    return i->second;
  if (!store || protocol::is_ephemeral(key)) {
    recovered_topic fresh;
    fresh.name = key;
    return add_topic(fresh);
  }
  auto& waiting = adding_[key];
  waiting.push_back(self->make_response_promise<topic_actor>());
  auto result = waiting.back();
  if (waiting.size() == 1) {
    const auto reserved = queue::number_source{unix_time_us()}.next_mark();
    self->request(store, caf::infinite, atom::topic_v, key, reserved)
      .then(
        [this, key, reserved](queue_id id) {
          recovered_topic fresh;
          fresh.name = key;
          fresh.queue.id = id;
          fresh.fresh = true;
          fresh.reserved = reserved;
          const auto handle = add_topic(fresh);
          for (auto& x : take_waiting(key))
            x.deliver(handle);
        },
        [this, key](const caf::error& why) {
          for (auto& x : take_waiting(key))
            x.deliver(why);
        });
  }
  return result;
}

topic_actor node_state::add_topic(const recovered_topic& x) {
  const auto stored = x.queue.id != 0 ? store : store_actor{};
  auto result = self->spawn(topic, x, node_actor{self}, stored, settings);
  self->monitor(result);
  topics.emplace(x.name, result);
  log::info("TOPIC({}): created", x.name);
  return result;
}

caf::result<atom::erase> node_state::erase_topic(const std::string& key) {
  auto i = topics.find(key);
  if (i == topics.end())
    return ec::no_such_topic;
  remove_topic(i);
  if (!store || protocol::is_ephemeral(key))
    return atom::erase_v;
  return self->delegate(store, atom::erase_v, key);
}

void node_state::remove_topic(std::map<std::string, topic_actor>::iterator i) {
  log::info("TOPIC({}): deleting", i->first);
  self->send_exit(i->second, caf::exit_reason::user_shutdown);
  topics.erase(i);
}

caf::result<atom::save> node_state::save() {
  auto promise = self->make_response_promise<atom::save>();
  if (!store) {
    promise.deliver(atom::save_v);
    return promise;
  }
  auto left = std::make_shared<size_t>(topics.size() + 1);
  auto one_done = [this, promise, left]() mutable {
    if (--*left > 0)
      return;
    self->request(store, caf::infinite, atom::flush_v)
      .then([promise](atom::flush) mutable { promise.deliver(atom::save_v); },
            [promise](caf::error& why) mutable {
              promise.deliver(std::move(why));
            });
  };
  for (auto& [key, x] : topics)
    self->request(x, caf::infinite, atom::save_v)
      .then([one_done](atom::save) mutable { one_done(); },
            [one_done](const caf::error&) mutable { one_done(); });
  one_done();
  return promise;
}

void node_state::vacate(const topic_actor& which, const std::string& key) {
  auto i = topics.find(key);
  if (i != topics.end() && i->second == which)
    remove_topic(i);
}

actor_stat node_state::stat() const {
  auto result = stat_of(self, "node", "node", 0);
  result.counters = {{"topics", topics.size()}};
  return result;
}

node_actor::behavior_type
node(node_actor::stateful_pointer<node_state> self, const store_actor& store,
     const std::vector<recovered_topic>& found, const node_settings& settings) {
  log_exceptions(self, "NODE");
  self->state.settings = settings;
  self->state.store = store;
  for (const auto& x : found)
    self->state.add_topic(x);
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
    [self](atom::erase, const std::string& key) {
      return self->state.erase_topic(key);
    },
    [self](atom::save) { return self->state.save(); },
    [self](atom::stat) { return self->state.stat(); },
    [self](atom::vacant, const topic_actor& which, const std::string& key) {
      self->state.vacate(which, key);
    },
  };
}

} // namespace cafq
