#include "actors/lookup/registry.hpp"

#include "actors/lookup/place.hpp"
#include "net/protocol/go_json.hpp"
#include "net/protocol/names.hpp"

#include <algorithm>
#include <utility>

namespace cafq::lookup {

namespace {

constexpr std::string_view everything = "*";

// What things take in memory, about, the room that containers keep included.
constexpr size_t producer_bytes = 512;
constexpr size_t name_bytes = 192;
constexpr size_t registration_bytes = 48;

size_t size_of(const producer& x) {
  return producer_bytes + x.json.capacity() + x.remote_address.capacity()
         + x.who.broadcast_address.capacity() + x.who.hostname.capacity()
         + x.who.version.capacity();
}

size_t size_of_name(std::string_view x) {
  return name_bytes + x.size();
}

std::string members_of(const producer& x) {
  std::string out;
  const auto text = [&out](std::string_view key, std::string_view value) {
    out += key;
    protocol::append_go_json(out, value);
  };
  text(R"("remote_address":)", x.remote_address);
  text(R"(,"hostname":)", x.who.hostname);
  text(R"(,"broadcast_address":)", x.who.broadcast_address);
  out += R"(,"tcp_port":)" + std::to_string(x.who.tcp_port);
  out += R"(,"http_port":)" + std::to_string(x.who.http_port);
  text(R"(,"version":)", x.who.version);
  out.shrink_to_fit();
  return out;
}

} // namespace

struct registry::topic_entry {
  /// Whether the topic itself is known; its channels may be without it.
  bool named = false;
  place self;
  std::map<std::string, place, std::less<>> channels;
};

registry::registry(const registry_limits& limits) : limits_(limits) {
  // nop
}

registry::~registry() = default;

// -- what nodes say -----------------------------------------------------------

bool registry::identify(producer_id id, protocol::lookup_identity who,
                        std::string remote_address, time_point now) {
  auto x = std::make_unique<producer>();
  x->id = id;
  x->who = std::move(who);
  x->remote_address = std::move(remote_address);
  x->json = members_of(*x);
  x->last_update = now;
  const auto size = size_of(*x);
  if (!has_room(size))
    return false;
  bytes_ += size;
  producers_.insert_or_assign(id, std::move(x));
  return true;
}

void registry::ping(producer_id id, time_point now) {
  if (const auto i = producers_.find(id); i != producers_.end())
    i->second->last_update = now;
}

void registry::note(producer_id id, std::string why_not) {
  if (const auto i = producers_.find(id); i != producers_.end())
    i->second->unreachable = std::move(why_not);
}

bool registry::add(producer_id id, std::string_view topic,
                   std::string_view channel) {
  const auto i = producers_.find(id);
  if (i == producers_.end())
    return true;
  if (!has_room(size_of_name(topic) + size_of_name(channel)
                + 2 * registration_bytes))
    return false;
  auto& to = topic_of(topic);
  if (!channel.empty())
    add_to(channel_of(to, channel), *i->second);
  if (!std::exchange(to.named, true))
    ++topic_count_;
  add_to(to.self, *i->second);
  return true;
}

void registry::withdraw(producer_id id, std::string_view topic,
                        std::string_view channel) {
  const auto who = producers_.find(id);
  const auto i = topics_.find(topic);
  if (who == producers_.end() || i == topics_.end())
    return;
  auto& of = i->second;
  if (!channel.empty()) {
    const auto x = of.channels.find(channel);
    if (x == of.channels.end())
      return;
    remove_from(x->second, *who->second);
    if (x->second.empty() && protocol::is_ephemeral(channel))
      erase_channel(of, channel);
  } else {
    for (auto& [name, x] : of.channels)
      remove_from(x, *who->second);
    remove_from(of.self, *who->second);
    if (of.self.empty() && protocol::is_ephemeral(topic))
      unname(of);
  }
  drop_if_unused(i);
}

void registry::leave(producer_id id) {
  const auto i = producers_.find(id);
  if (i == producers_.end())
    return;
  auto& x = *i->second;
  for (auto* at : x.places_)
    at->take(*at->find(id));
  registration_count_ -= x.places_.size();
  bytes_ -= x.places_.size() * registration_bytes + size_of(x);
  producers_.erase(i);
}

// -- what administrators say --------------------------------------------------

bool registry::create(std::string_view topic, std::string_view channel) {
  if (!has_room(size_of_name(topic) + size_of_name(channel)))
    return false;
  auto& to = topic_of(topic);
  if (!channel.empty())
    channel_of(to, channel);
  if (!std::exchange(to.named, true))
    ++topic_count_;
  return true;
}

void registry::erase(std::string_view topic) {
  if (topic == everything) {
    erase_all();
    return;
  }
  if (const auto i = topics_.find(topic); i != topics_.end())
    erase_topic(i);
}

bool registry::erase(std::string_view topic, std::string_view channel) {
  const auto i = topics_.find(topic);
  if (i == topics_.end() || i->second.channels.count(channel) == 0)
    return false;
  erase_channel(i->second, channel);
  drop_if_unused(i);
  return true;
}

void registry::tombstone(std::string_view topic, std::string_view node,
                         time_point now) {
  const auto hide = [now](place& of, producer_id id) {
    if (auto* x = of.find(id))
      x->tombstoned = now;
  };
  const auto i = topics_.find(topic);
  for (const auto& [id, x] : producers_) {
    if (x->who.broadcast_address + ":" + std::to_string(x->who.http_port)
        != node)
      continue;
    if (topic == everything)
      for (auto* at : x->places_) {
        if (!at->channel)
          hide(*at, id);
      }
    else if (i != topics_.end())
      hide(i->second.self, id);
  }
}

// -- observers ----------------------------------------------------------------

bool registry::has_topic(std::string_view topic) const {
  if (topic == everything)
    return topic_count_ > 0;
  const auto i = topics_.find(topic);
  return i != topics_.end() && i->second.named;
}

bool registry::walk(position& at, std::string_view topic, size_t most,
                    const std::function<size_t(const place&)>& f) const {
  const auto all = topic == everything;
  size_t done = 0;
  auto i = all ? topics_.lower_bound(at.topic) : topics_.find(topic);
  for (; i != topics_.end() && (all || i->first == topic); ++i) {
    const auto& [name, x] = *i;
    if (at.topic != name) {
      at = {name, {}};
      done += x.named ? f(x.self) : 1;
    }
    auto channel = x.channels.upper_bound(at.channel);
    for (; channel != x.channels.end() && done < most; ++channel) {
      done += f(channel->second);
      at.channel = channel->first;
    }
    if (done >= most)
      return true;
  }
  return false;
}

size_t registry::extent(std::string_view topic) const {
  if (topic == everything)
    return topics_.size() + channel_count_ + registration_count_
           + producers_.size();
  const auto i = topics_.find(topic);
  return i == topics_.end()
           ? 0
           : 1 + i->second.channels.size() + i->second.self.kept();
}

std::vector<const producer*> registry::producers() const {
  std::vector<const producer*> result;
  result.reserve(producers_.size());
  for (const auto& [id, x] : producers_)
    result.push_back(x.get());
  return result;
}

const producer* registry::find(producer_id id) const {
  const auto i = producers_.find(id);
  return i == producers_.end() ? nullptr : i->second.get();
}

const producer* registry::next(producer_id id) const {
  const auto i = producers_.upper_bound(id);
  return i == producers_.end() ? nullptr : i->second.get();
}

// -- the parts ----------------------------------------------------------------

bool registry::has_room(size_t bytes) const noexcept {
  return bytes_ <= limits_.bytes && limits_.bytes - bytes_ >= bytes;
}

bool registry::dead(const registered& x, time_point now) const noexcept {
  return x.tombstoned && now - *x.tombstoned < limits_.tombstone;
}

/// Returns the entry of a topic, which may not be known yet.
registry::topic_entry& registry::topic_of(std::string_view name) {
  auto i = topics_.find(name);
  if (i == topics_.end()) {
    i = topics_.try_emplace(std::string{name}).first;
    i->second.self.topic = &i->first;
    bytes_ += size_of_name(name);
  }
  return i->second;
}

place& registry::channel_of(topic_entry& in, std::string_view name) {
  auto i = in.channels.find(name);
  if (i == in.channels.end()) {
    i = in.channels.try_emplace(std::string{name}).first;
    i->second.topic = in.self.topic;
    i->second.channel = &i->first;
    bytes_ += size_of_name(name);
    ++channel_count_;
  }
  return i->second;
}

void registry::add_to(place& to, producer& who) {
  if (to.find(who.id))
    return;
  to.add(who, who.places_.size());
  who.places_.push_back(&to);
  ++registration_count_;
  bytes_ += registration_bytes;
}

void registry::remove_from(place& from, producer& who) {
  if (auto* x = from.find(who.id)) {
    forget_slot(who, x->slot);
    from.take(*x);
  }
}

/// All producers of a place that goes.
void registry::remove_all(const place& from) {
  from.each([this](const auto& x) { forget_slot(*x.who, x.slot); });
}

/// Takes a place from the list of a producer; the last takes its slot.
void registry::forget_slot(producer& of, size_t slot) {
  auto* last = of.places_.back();
  of.places_.pop_back();
  if (slot < of.places_.size()) {
    of.places_[slot] = last;
    last->find(of.id)->slot = slot;
  }
  --registration_count_;
  bytes_ -= registration_bytes;
}

/// One by one would take each from the lists of all its producers.
void registry::erase_all() {
  bytes_ = 0;
  for (const auto& [id, x] : producers_) {
    x->places_ = {};
    bytes_ += size_of(*x);
  }
  topics_.clear();
  topic_count_ = channel_count_ = registration_count_ = 0;
}

void registry::erase_topic(topic_map::iterator i) {
  auto& x = i->second;
  while (!x.channels.empty())
    erase_channel(x, std::string{x.channels.begin()->first});
  unname(x);
  drop_if_unused(i);
}

void registry::erase_channel(topic_entry& in, std::string_view name) {
  const auto i = in.channels.find(name);
  remove_all(i->second);
  bytes_ -= size_of_name(i->first);
  in.channels.erase(i);
  --channel_count_;
}

/// The topic itself is known no more.
void registry::unname(topic_entry& x) {
  remove_all(x.self);
  if (std::exchange(x.named, false))
    --topic_count_;
}

void registry::drop_if_unused(topic_map::iterator i) {
  if (i->second.named || !i->second.channels.empty())
    return;
  bytes_ -= size_of_name(i->first);
  topics_.erase(i);
}

} // namespace cafq::lookup
