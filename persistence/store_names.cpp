#include "persistence/store_names.hpp"

#include "persistence/group.hpp"

namespace cafq {

store_names::store_names(message_store& disk) : disk_(disk) {
  for (auto& x : disk_.topics())
    topics_.emplace(x.name, x);
  for (auto& x : disk_.channels())
    channels_.emplace(channel_key{x.topic, x.name}, x);
}

// -- modifiers ----------------------------------------------------------------

queue_id store_names::add_topic(const std::string& topic, uint64_t reserved,
                                int64_t now_ns) {
  topic_record x;
  x.name = topic;
  x.queue = disk_.new_queue();
  x.created_ns = now_ns;
  x.reserved = reserved;
  disk_.put(x);
  topics_.insert_or_assign(topic, x);
  return x.queue;
}

std::optional<queue_ids>
store_names::add_channel(const std::string& topic, const std::string& channel,
                         bool first, int64_t now_ns) {
  const auto i = topics_.find(topic);
  if (i == topics_.end())
    return std::nullopt;
  auto& parent = i->second;
  channel_record x;
  x.topic = topic;
  x.name = channel;
  x.created_ns = now_ns;
  x.queue = disk_.new_queue();
  const group together{disk_};
  if (first) {
    std::swap(x.queue, parent.queue);
    disk_.put(parent);
  }
  disk_.put(x);
  channels_.insert_or_assign({topic, channel}, x);
  return queue_ids{parent.queue, x.queue};
}

bool store_names::reserve(const std::string& topic, uint64_t mark) {
  const auto i = topics_.find(topic);
  if (i == topics_.end())
    return false;
  i->second.reserved = mark;
  disk_.put(i->second);
  return true;
}

bool store_names::erase_topic(const std::string& topic) {
  const auto i = topics_.find(topic);
  if (i == topics_.end())
    return false;
  const group together{disk_};
  disk_.erase_topic(topic);
  disk_.drop(i->second.queue);
  topics_.erase(i);
  auto j = channels_.lower_bound({topic, ""});
  while (j != channels_.end() && j->first.first == topic) {
    disk_.erase_channel(topic, j->first.second);
    disk_.drop(j->second.queue);
    j = channels_.erase(j);
  }
  return true;
}

bool store_names::erase_channel(const std::string& topic,
                                const std::string& channel) {
  const auto i = channels_.find({topic, channel});
  if (i == channels_.end())
    return false;
  const group together{disk_};
  disk_.erase_channel(topic, channel);
  disk_.drop(i->second.queue);
  channels_.erase(i);
  return true;
}

bool store_names::pause(const std::string& topic, const std::string& channel,
                        bool on) {
  return change(topic, channel, [&](auto& x) {
    x.paused = on;
    disk_.put(x);
  });
}

std::optional<queue_id>
store_names::empty(const std::string& topic, const std::string& channel) {
  queue_id id = 0;
  const auto known = change(topic, channel, [&](auto& x) {
    id = disk_.new_queue();
    const group together{disk_};
    const auto old = std::exchange(x.queue, id);
    disk_.put(x);
    disk_.drop(old);
  });
  return known ? std::optional{id} : std::nullopt;
}

template <class F>
bool store_names::change(const std::string& topic, const std::string& channel,
                         F&& f) {
  if (channel.empty()) {
    const auto i = topics_.find(topic);
    if (i != topics_.end())
      f(i->second);
    return i != topics_.end();
  }
  const auto i = channels_.find({topic, channel});
  if (i != channels_.end())
    f(i->second);
  return i != channels_.end();
}

// -- observers ----------------------------------------------------------------

std::optional<queue_id> store_names::queue_of(const std::string& topic) const {
  const auto i = topics_.find(topic);
  return i != topics_.end() ? std::optional{i->second.queue} : std::nullopt;
}

std::map<std::string, queue_id, std::less<>>
store_names::channels_of(const std::string& topic) const {
  std::map<std::string, queue_id, std::less<>> result;
  for (auto i = channels_.lower_bound({topic, ""});
       i != channels_.end() && i->first.first == topic; ++i)
    result.emplace(i->first.second, i->second.queue);
  return result;
}

recovered_topic store_names::find(const std::string& topic) const {
  recovered_topic result;
  const auto i = topics_.find(topic);
  if (i == topics_.end())
    return result;
  const auto queue = [this](const auto& x) {
    return recovered_queue{x.queue, disk_.summary(x.queue), x.paused};
  };
  result.name = topic;
  result.queue = queue(i->second);
  result.reserved = i->second.reserved;
  auto j = channels_.lower_bound({topic, {}});
  for (; j != channels_.end() && j->first.first == topic; ++j)
    result.channels.emplace_back(j->first.second, queue(j->second));
  return result;
}

std::vector<recovered_topic> store_names::all() const {
  std::vector<recovered_topic> result;
  result.reserve(topics_.size());
  for (const auto& [name, x] : topics_)
    result.push_back(find(name));
  return result;
}

} // namespace cafq
