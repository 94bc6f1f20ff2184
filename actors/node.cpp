#include "actors/node.hpp"

#include "actors/actor_support.hpp"
#include "actors/failed_topic.hpp"
#include "actors/in_turn.hpp"
#include "actors/metrics.hpp"
#include "actors/topic.hpp"
#include "actors/unix_time.hpp"
#include "net/protocol/names.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

namespace cafq {

node_state::node_state(node_actor::pointer ptr) : self(ptr) {
  // nop
}

caf::result<topic_actor> node_state::get_topic(const std::string& key) {
  // One that is coming about may be among the topics already.
  if (adding_.count(key) == 0)
    if (auto i = topics.find(key); i != topics.end())
      return i->second.handle;
  if (full() && adding_.count(key) == 0)
    return ec::too_many_topics;
  const auto [i, fresh] = adding_.try_emplace(key);
  auto& entry = i->second;
  entry.waiting.emplace_back(self);
  auto result = entry.waiting.back().later();
  if (fresh) {
    entry.since = self->clock().now();
    ask_channels(key);
  }
  return result;
}

caf::result<topic_actor> node_state::find_topic(const std::string& key) {
  if (auto i = topics.find(key); i != topics.end())
    return i->second.handle;
  // It will be there again in a moment.
  if (auto i = adding_.find(key); i != adding_.end() && i->second.again)
    return i->second.waiting.emplace_back(self).later();
  return ec::no_such_topic;
}

/// Whether there may be no further topic.
bool node_state::full() const {
  const auto most = settings.max_topics;
  if (most == 0 || topics.size() + adding_.size() < most)
    return false;
  // A topic that is coming about may be in both.
  const auto fresh = std::count_if(
    adding_.begin(), adding_.end(),
    [this](const auto& x) { return topics.count(x.first) == 0; });
  return topics.size() + static_cast<size_t>(fresh) >= most;
}

void node_state::ask_channels(const std::string& key) {
  const names_ptr none;
  if (!settings.discovery) {
    store_topic(key, none);
    return;
  }
  adding_.at(key).asked = settings.discovery.id();
  self->request(settings.discovery, caf::infinite, atom::find_v, key)
    .then([this, key](const names_ptr& found) { store_topic(key, found); },
          [this, key, none](const caf::error&) { store_topic(key, none); });
}

void node_state::store_topic(const std::string& key,
                             const names_ptr& channels) {
  recovered_topic fresh;
  fresh.name = key;
  if (!store || protocol::is_ephemeral(key)) {
    add_channels(add_topic(fresh), key, channels);
    return;
  }
  adding_.at(key).asked = store.id();
  fresh.fresh = true;
  fresh.reserved = queue::number_source{unix_time_us()}.next_mark();
  self->request(store, caf::infinite, atom::topic_v, key, fresh.reserved)
    .then(
      [this, fresh, channels](queue_id id) mutable {
        fresh.queue.id = id;
        add_channels(add_topic(fresh), fresh.name, channels);
      },
      [this, key](const caf::error& why) {
        for (auto& x : take_waiting(key))
          x.fail(why);
      });
}

void node_state::add_channels(const topic_actor& to, const std::string& key,
                              const names_ptr& channels) {
  adding_.at(key).asked = to.id();
  auto refused = std::make_shared<bool>(false);
  in_turn<std::string>::begin(
    channels ? *channels : std::vector<std::string>{},
    [this, to, key, refused](const std::string& id,
                             const std::function<void()>& answered) {
      self->request(to, caf::infinite, atom::channel_v, id)
        .then([answered](const channel_actor&) { answered(); },
              [answered, key, refused](const caf::error& why) {
                if (!std::exchange(*refused, true))
                  log::warn("TOPIC({}): a channel that nsqlookupd knows is not "
                            "added - {}",
                            key, render(why));
                answered();
              });
    },
    [this, to, key] {
      // It may have failed meanwhile, and be on its way again.
      if (auto i = adding_.find(key); i == adding_.end() || i->second.again)
        return;
      for (auto& x : take_waiting(key))
        x.keep(to);
    });
}

topic_actor node_state::add_topic(const recovered_topic& x) {
  const auto stored = x.queue.id != 0 ? store : store_actor{};
  const auto life = std::make_shared<const topic_life>(node_actor{self},
                                                       x.name);
  auto result = self->spawn(topic, x, node_actor{self}, stored, settings, life);
  keep(x.name, {result, life});
  announce(x.name, true);
  log::info("TOPIC({}): created", x.name);
  return result;
}

void node_state::keep(const std::string& key, member x) {
  self->monitor(x.handle);
  topics.emplace(key, std::move(x));
}

caf::result<atom::erase> node_state::erase_topic(const std::string& key) {
  const auto i = topics.find(key);
  const auto j = adding_.find(key);
  const auto failed = j != adding_.end() && j->second.again;
  if (i == topics.end() && !failed)
    return ec::no_such_topic;
  if (i != topics.end()) {
    remove_topic(i);
  } else {
    failures_.erase(key);
    for (auto& x : take_waiting(key))
      x.fail(ec::no_such_topic);
  }
  if (!store || protocol::is_ephemeral(key))
    return atom::erase_v;
  return self->delegate(store, atom::erase_v, key);
}

void node_state::remove_topic(std::map<std::string, member>::iterator i) {
  log::info("TOPIC({}): deleting", i->first);
  // Its end is no news: to find whose it was takes time for each topic there
  // is.
  self->demonitor(i->second.handle.address());
  self->send_exit(i->second.handle, caf::exit_reason::user_shutdown);
  announce(i->first, false);
  failures_.erase(i->first);
  topics.erase(i);
}

void node_state::announce(const std::string& key, bool exists) {
  if (settings.discovery)
    self->send(settings.discovery, atom::topic_v, key, exists);
}

void node_state::announce(const topic_actor& of, const std::string& key,
                          const std::string& channel, bool exists) {
  // By way of us, so that what a deleted topic says late does not count.
  if (auto i = topics.find(key); i != topics.end() && i->second.handle == of)
    self->send(settings.discovery, atom::channel_v, key, channel, exists);
}

void node_state::lose(const caf::actor_addr& who) {
  // One that was not erased first has failed.
  const auto i = std::find_if(topics.begin(), topics.end(), [&](const auto& x) {
    return x.second.handle.address() == who;
  });
  if (i == topics.end())
    return;
  const auto key = i->first;
  const auto all_ended = i->second.life.expired();
  announce(key, false);
  topics.erase(i);
  auto& entry = adding_[key];
  entry.since = self->clock().now();
  entry.again = entry.ending = true;
  if (all_ended)
    gone(key);
}

void node_state::gone(const std::string& key) {
  const auto i = adding_.find(key);
  if (i == adding_.end() || !std::exchange(i->second.ending, false))
    return;
  auto& failures = failures_[key];
  if (!failures.failed(self->clock().now())) {
    keep_down(key);
    return;
  }
  ++restarts_;
  metrics().restarts.Increment();
  log::warn("TOPIC({}): starts again, for time {}", key, failures.count());
  recovered_topic fresh;
  fresh.name = key;
  if (!store || protocol::is_ephemeral(key)) {
    start_again(fresh);
    return;
  }
  i->second.asked = store.id();
  self->request(store, caf::infinite, atom::recover_v, key)
    .then([this](const recovered_topic& x) { start_again(x); },
          [](const caf::error&) {
            // The node stops.
          });
}

void node_state::start_again(const recovered_topic& x) {
  // It may have been deleted meanwhile.
  if (auto i = adding_.find(x.name); i == adding_.end() || !i->second.again)
    return;
  const auto result = add_topic(x);
  for (auto& promise : take_waiting(x.name))
    promise.keep(result);
}

void node_state::keep_down(const std::string& key) {
  log::error("TOPIC({}): has failed {} times within a minute and stays down; "
             "what is on disk comes back with the next start of cafqd",
             key, restart_limit::most + 1);
  // nsqlookupds do not hear of it: who looks for it goes to other nodes.
  const auto result = self->spawn(failed_topic, key, uint64_t{self->id()});
  keep(key, {result, {}});
  for (auto& promise : take_waiting(key))
    promise.keep(result);
}

caf::result<atom::save> node_state::save() {
  if (!store)
    return atom::save_v;
  auto promise = std::make_shared<answer_promise<atom::save>>(self);
  auto result = promise->later();
  std::vector<topic_actor> all;
  all.reserve(topics.size());
  for (const auto& [key, x] : topics)
    all.push_back(x.handle);
  in_turn<topic_actor>::begin(
    std::move(all),
    [this](const topic_actor& x, const std::function<void()>& answered) {
      self->request(x, caf::infinite, atom::save_v)
        .then([answered](atom::save) { answered(); },
              [answered](const caf::error&) { answered(); });
    },
    [this, promise] {
      self->request(store, caf::infinite, atom::flush_v)
        .then([promise](atom::flush) { promise->keep(atom::save_v); },
              [promise](caf::error& why) { promise->fail(std::move(why)); });
    });
  return result;
}

void node_state::vacate(const topic_actor& which, const std::string& key) {
  auto i = topics.find(key);
  if (i != topics.end() && i->second.handle == which)
    remove_topic(i);
}

/// Tells of the topics that are coming about.
void node_state::tell_coming(actor_stat& to) const {
  constexpr size_t most = 100;
  const auto now = self->clock().now();
  queue::duration oldest{};
  for (const auto& [key, x] : adding_) {
    const auto age = now - x.since;
    if (to.pending.size() < most)
      to.pending.push_back({key, awaited::some_actor(x.asked), age});
    if (age < oldest)
      continue;
    oldest = age;
    to.waits_for = awaited::some_actor(x.asked);
  }
  to.is(actor_state::node_adding_topics, oldest);
  to.ages.emplace_back("new_topic", oldest);
}

actor_stat node_state::stat() const {
  auto result = stat_of(self, actor_state::node_ready, "node", 0);
  if (!adding_.empty())
    tell_coming(result);
  result.figures = node_figures{
    .topics = topics.size(),
    .restarts = restarts_,
  };
  if (store)
    result.peers.push_back(store.id());
  if (settings.discovery)
    result.peers.push_back(settings.discovery.id());
  return result;
}

node_actor::behavior_type
node(counting_pointer<node_actor, node_state> self, const store_actor& store,
     const std::vector<recovered_topic>& found, const node_settings& settings) {
  log_exceptions(self, "NODE");
  self->state.settings = settings;
  self->state.store = store;
  for (const auto& x : found)
    self->state.add_topic(x);
  self->set_exit_handler([self](const caf::exit_msg& x) {
    for (auto& [key, topic] : self->state.topics)
      self->send_exit(topic.handle, x.reason);
    self->quit(x.reason);
  });
  self->set_down_handler(
    [self](const caf::down_msg& x) { self->state.lose(x.source); });
  return {
    [self](atom::topic, const std::string& key) {
      return self->state.get_topic(key);
    },
    [self](atom::find, const std::string& key) {
      return self->state.find_topic(key);
    },
    [self](atom::list) {
      std::vector<topic_actor> result;
      for (const auto& [key, topic] : self->state.topics)
        result.push_back(topic.handle);
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
    one_way(
      [self](atom::gone, const std::string& key) { self->state.gone(key); }),
    [self](atom::channel, const topic_actor& of, const std::string& key,
           const std::string& channel,
           bool exists) { self->state.announce(of, key, channel, exists); },
  };
}

} // namespace cafq
