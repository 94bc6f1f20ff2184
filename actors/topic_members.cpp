#include "actors/topic_members.hpp"

#include "net/protocol/contract.hpp"
#include "net/protocol/names.hpp"

#include <algorithm>
#include <utility>

namespace cafq {

void topic_members::add(const std::string& name, channel_actor handle) {
  const auto id = handle ? handle.id() : 0;
  const auto added = all_.try_emplace(
    name, member{std::move(handle), id, protocol::is_ephemeral(name)});
  CAFQ_CHECK(added.second);
}

void topic_members::placed(const std::string& name, uint64_t id,
                           uint64_t messages) {
  if (auto* x = find(name, id))
    take_off(x->outstanding, messages);
}

void topic_members::is_full(const std::string& name, uint64_t id, bool full) {
  if (auto* x = find(name, id))
    x->full = full;
}

const topic_members::member*
topic_members::find(const std::string& name) const {
  const auto i = all_.find(name);
  return i != all_.end() ? &i->second : nullptr;
}

const topic_members::map::value_type* topic_members::find(uint64_t id) const {
  const auto i = std::find_if(all_.begin(), all_.end(), [id](const auto& x) {
    return x.second.id == id;
  });
  return i != all_.end() ? &*i : nullptr;
}

topic_members::member*
topic_members::find(const std::string& name, uint64_t id) {
  const auto i = all_.find(name);
  return i != all_.end() && i->second.id == id ? &i->second : nullptr;
}

const topic_members::map::value_type*
topic_members::crowded(uint64_t messages) const {
  const auto i = std::find_if(all_.begin(), all_.end(), [&](const auto& x) {
    return !x.second.ephemeral && x.second.outstanding >= messages;
  });
  return i != all_.end() ? &*i : nullptr;
}

bool topic_members::any_stored() const {
  return std::any_of(all_.begin(), all_.end(),
                     [](const auto& x) { return !x.second.ephemeral; });
}

bool topic_members::any_full() const {
  return std::any_of(all_.begin(), all_.end(),
                     [](const auto& x) { return x.second.full; });
}

} // namespace cafq
