#include "actors/topic.hpp"

#include "actors/actor_support.hpp"
#include "actors/channel.hpp"
#include "net/protocol/names.hpp"

#include <chrono>
#include <utility>

namespace cafq {

namespace {

/// How long publishes wait for room while nothing moves (DESIGN.md 3.4).
constexpr auto patience = std::chrono::seconds{5};

/// How often waiting publishes look for room that no channel reports: memory
/// that other queues gave back.
constexpr auto look_again = std::chrono::milliseconds{50};

uint64_t unix_time_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

} // namespace

topic_state::topic_state(topic_actor::pointer ptr) : self(ptr) {
  // nop
}

void topic_state::put(const batch_ptr& x, const client_actor& from,
                      ticket answer_to) {
  if (waiting_.empty() && no_room().empty()) {
    accept(x, from, answer_to);
    return;
  }
  if (waiting_.empty())
    progress_ = self->clock().now();
  waiting_.push_back({x, from, answer_to});
  arm();
}

channel_actor topic_state::get_channel(const std::string& id) {
  if (auto i = channels.find(id); i != channels.end())
    return i->second.handle;
  const auto short_lived = protocol::is_ephemeral(id);
  auto handle = self->spawn(channel, channel_identity{key, id, short_lived},
                            topic_actor{self}, settings);
  self->monitor(handle);
  log::info("TOPIC({}): new channel({})", key, id);
  channels.emplace(id, member{handle, short_lived, 0});
  if (!paused)
    hand_out_held();
  return handle;
}

bool topic_state::erase_channel(const std::string& id) {
  auto i = channels.find(id);
  if (i == channels.end())
    return false;
  log::info("TOPIC({}): deleting channel {}", key, id);
  self->send_exit(i->second.handle, caf::exit_reason::user_shutdown);
  channels.erase(i);
  if (ephemeral && channels.empty())
    self->send(node, atom::vacant_v, topic_actor{self}, key);
  admit_waiting();
  return true;
}

void topic_state::vacate(const channel_actor& which, const std::string& id) {
  auto i = channels.find(id);
  if (i != channels.end() && i->second.handle == which)
    erase_channel(id);
}

void topic_state::pause(bool on) {
  paused = on;
  log::info("TOPIC({}): {}", key, on ? "paused" : "unpaused");
  if (!holding())
    hand_out_held();
  admit_waiting();
}

void topic_state::empty() {
  held.clear();
  log::info("TOPIC({}): emptied", key);
  admit_waiting();
}

void topic_state::add_room(const std::string& id, uint64_t count) {
  if (auto i = channels.find(id); i != channels.end()) {
    auto& outstanding = i->second.outstanding;
    outstanding -= std::min(outstanding, count);
  }
  admit_waiting();
}

void topic_state::tick() {
  armed_ = false;
  admit_waiting();
  if (waiting_.empty())
    return;
  if (self->clock().now() - progress_ >= patience)
    refuse_waiting(no_room());
  else
    arm();
}

actor_stat topic_state::stat() const {
  auto result = stat_of(self, "topic", key, parent);
  result.paused = paused;
  result.counters = {
    {"depth", held.depth()},
    {"messages", messages},
    {"bytes", bytes},
    {"dropped", dropped},
    {"waiting", waiting_.size()},
    {"channels", channels.size()},
  };
  for (const auto& [id, x] : channels)
    result.peers.push_back(x.handle.id());
  return result;
}

std::string topic_state::no_room() const {
  if (queue::block::bytes_in_memory() >= settings.memory_limit)
    return "memory limit of the node reached";
  const auto full = settings.mem_queue_size;
  if (holding())
    return !ephemeral && held.depth() >= full ? "memory queue of topic full"
                                              : "";
  for (const auto& [id, x] : channels)
    if (!x.ephemeral && x.outstanding >= full)
      return "memory queue of channel " + id + " full";
  return {};
}

void topic_state::accept(const batch_ptr& x, const client_actor& from,
                         ticket answer_to) {
  for (auto& item : x->items) {
    item.body->number(numbers.take(item.body->count()));
    messages += item.body->count();
    bytes += item.body->bytes();
  }
  if (holding())
    hold(*x);
  else
    hand_out(x);
  self->send(from, atom::accepted_v, answer_to);
}

void topic_state::hold(const batch& x) {
  for (const auto& item : x.items) {
    // nsqd drops silently what an ephemeral topic cannot keep in memory.
    if (ephemeral && held.depth() >= settings.mem_queue_size)
      dropped += item.body->count();
    else
      held.put(item);
  }
}

void topic_state::hand_out(const batch_ptr& x) {
  uint64_t count = 0;
  for (const auto& item : x->items)
    if (!item.deferred())
      count += item.body->count();
  for (auto& [id, to] : channels) {
    to.outstanding += count;
    self->send(to.handle, atom::put_v, x);
  }
}

void topic_state::hand_out_held() {
  if (held.depth() == 0)
    return;
  batch_ptr x{new batch};
  x->items = held.take_all();
  hand_out(x);
}

void topic_state::admit_waiting() {
  while (!waiting_.empty() && no_room().empty()) {
    auto x = std::move(waiting_.front());
    waiting_.pop_front();
    progress_ = self->clock().now();
    accept(x.body, x.from, x.answer_to);
  }
}

void topic_state::refuse_waiting(const std::string& why) {
  log::warn("TOPIC({}): refused {} publishes - {}", key, waiting_.size(), why);
  for (auto& x : std::exchange(waiting_, {}))
    self->send(x.from, atom::refused_v, x.answer_to, why);
}

void topic_state::arm() {
  if (std::exchange(armed_, true))
    return;
  self->delayed_send(self, look_again, atom::tick_v);
}

topic_actor::behavior_type
topic(topic_actor::stateful_pointer<topic_state> self, std::string key,
      const node_actor& node, const node_settings& settings) {
  log_exceptions(self, "TOPIC(" + key + ")");
  auto& st = self->state;
  st.ephemeral = protocol::is_ephemeral(key);
  st.key = std::move(key);
  st.node = node;
  st.parent = node.id();
  st.settings = settings;
  st.numbers = queue::number_source{unix_time_us()};
  self->set_exit_handler([self](const caf::exit_msg& x) {
    for (auto& [id, channel] : self->state.channels)
      self->send_exit(channel.handle, x.reason);
    self->quit(x.reason);
  });
  self->set_down_handler([self](const caf::down_msg& x) {
    // One that was not erased first has failed.
    std::erase_if(self->state.channels, [&](const auto& item) {
      return item.second.handle.address() == x.source;
    });
  });
  return {
    [self](atom::put, const batch_ptr& x, const client_actor& from, ticket t) {
      self->state.put(x, from, t);
    },
    [self](atom::channel, const std::string& id) {
      return self->state.get_channel(id);
    },
    [self](atom::find, const std::string& id) -> caf::result<channel_actor> {
      auto i = self->state.channels.find(id);
      if (i == self->state.channels.end())
        return ec::no_such_channel;
      return i->second.handle;
    },
    [self](atom::list) {
      std::vector<channel_actor> result;
      for (const auto& [id, x] : self->state.channels)
        result.push_back(x.handle);
      return result;
    },
    [self](atom::erase, const std::string& id) -> caf::result<atom::erase> {
      if (!self->state.erase_channel(id))
        return ec::no_such_channel;
      return atom::erase_v;
    },
    [self](atom::pause, bool on) {
      self->state.pause(on);
      return atom::pause_v;
    },
    [self](atom::empty) {
      self->state.empty();
      return atom::empty_v;
    },
    [self](atom::stat) { return self->state.stat(); },
    [self](atom::room, const std::string& id, uint64_t count) {
      self->state.add_room(id, count);
    },
    [self](atom::vacant, const channel_actor& which, const std::string& id) {
      self->state.vacate(which, id);
    },
    [self](atom::tick) { self->state.tick(); },
  };
}

} // namespace cafq
