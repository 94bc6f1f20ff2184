#include "actors/actor_support.hpp"
#include "actors/channel.hpp"
#include "actors/topic.hpp"
#include "net/protocol/names.hpp"

#include <utility>

// The channels of a topic come and go.

namespace cafq {

caf::result<channel_actor> topic_state::get_channel(const std::string& id) {
  if (const auto* found = channels.find(id))
    return found->handle;
  if (full() && adding_.count(id) == 0)
    return ec::too_many_channels;
  if (!store || protocol::is_ephemeral(id)) {
    // Its queue lives in memory only, while the topic's may be on disk.
    channel_start start;
    start.queue = make_keeper(label(id), 0);
    auto result = add_channel(id, std::move(start));
    go_on();
    return result;
  }
  auto& waiting = adding_[id];
  waiting.emplace_back(self);
  const auto result = waiting.back().later();
  if (waiting.size() == 1)
    add_stored_channel(id);
  return result;
}

caf::result<channel_actor>
topic_state::find_channel(const std::string& id) const {
  if (const auto* found = channels.find(id))
    return found->handle;
  return ec::no_such_channel;
}

std::vector<channel_actor> topic_state::all_channels() const {
  std::vector<channel_actor> result;
  for (const auto& [id, x] : channels)
    result.push_back(x.handle);
  return result;
}

bool topic_state::full() const {
  const auto most = settings.max_channels_per_topic;
  return most > 0 && channels.size() + adding_.size() >= most;
}

void topic_state::add_stored_channel(const std::string& id) {
  const auto first = channels.empty() && adding_.size() == 1 && !paused;
  handing_over_ = first;
  self->request(store, caf::infinite, atom::channel_v, key, id, first)
    .then([this, id, first](queue_ids ids) { channel_stored(id, ids, first); },
          [this, id](const caf::error& why) {
            handing_over_ = false;
            for (auto& x : take_waiting(id))
              x.fail(why);
          });
}

/// The store has added a channel.
void topic_state::channel_stored(const std::string& id, queue_ids ids,
                                 bool first) {
  channel_start start;
  if (first) {
    handing_over_ = false;
    start.queue = std::exchange(held, make_keeper(label(), ids.topic));
    start.queue.change_owner(ids.channel, label(id));
  } else {
    start.queue = make_keeper(label(id), ids.channel);
  }
  const auto result = add_channel(id, std::move(start));
  for (auto& x : take_waiting(id))
    x.keep(result);
  go_on();
}

channel_actor
topic_state::add_channel(const std::string& id, channel_start start) {
  start.topic = key;
  start.name = id;
  start.life = life;
  start.ephemeral = protocol::is_ephemeral(id);
  log::info("TOPIC({}): new channel({})", key, id);
  auto handle = self->spawn(channel, std::move(start), topic_actor{self},
                            settings);
  self->monitor(handle);
  channels.add(id, handle);
  announce(id, true);
  return handle;
}

caf::result<atom::erase> topic_state::erase_channel(const std::string& id) {
  const auto* found = channels.find(id);
  if (!found)
    return ec::no_such_channel;
  const auto stored = store && !found->ephemeral;
  remove_channel(id);
  if (!stored)
    return atom::erase_v;
  return self->delegate(store, atom::erase_v, key, id);
}

void topic_state::vacate(const channel_actor& which, const std::string& id) {
  if (const auto* found = channels.find(id); found && found->handle == which)
    remove_channel(id);
}

void topic_state::remove_channel(const std::string& id) {
  log::info("TOPIC({}): deleting channel {}", key, id);
  self->send_exit(channels.find(id)->handle, caf::exit_reason::user_shutdown);
  announce(id, false);
  channels.remove(id);
  if (ephemeral && channels.empty())
    self->send(node, atom::vacant_v, topic_actor{self}, key);
  admit_waiting();
}

void topic_state::announce(const std::string& id, bool exists) {
  if (settings.discovery)
    self->send(node, atom::channel_v, topic_actor{self}, key, id, exists);
}

void topic_state::lose(uint64_t id) {
  // One that was not erased first has failed.
  const auto* found = channels.find(id);
  if (!found)
    return;
  const auto channel = found->first;
  const auto stored = store && !found->second.ephemeral;
  announce(channel, false);
  log::error("TOPIC({}): channel {} has failed - {}", key, channel,
             stored ? "the topic starts again with what is on disk"
                    : "its messages are lost");
  channels.remove(channel);
  if (stored)
    fail();
  else
    go_on();
}

} // namespace cafq
