#include "net/loop/end_watch.hpp"

#include <algorithm>
#include <utility>

namespace cafq {

bool end_watch::add(uint64_t client, const caf::actor_addr& whom) {
  auto [i, first] = watched_.try_emplace(whom.id(), entry{whom, {}});
  if (i->second.clients.insert(client).second)
    by_client_[client].push_back(whom.id());
  return first;
}

bool end_watch::remove(uint64_t client, const caf::actor_addr& whom) {
  const auto i = watched_.find(whom.id());
  if (i == watched_.end() || i->second.clients.erase(client) == 0)
    return false;
  const auto j = by_client_.find(client);
  std::erase(j->second, whom.id());
  if (j->second.empty())
    by_client_.erase(j);
  if (!i->second.clients.empty())
    return false;
  watched_.erase(i);
  return true;
}

std::vector<caf::actor_addr> end_watch::forget(uint64_t client) {
  std::vector<caf::actor_addr> result;
  const auto mine = by_client_.extract(client);
  if (mine.empty())
    return result;
  for (const auto whom : mine.mapped()) {
    const auto i = watched_.find(whom);
    i->second.clients.erase(client);
    if (i->second.clients.empty()) {
      result.push_back(std::move(i->second.who));
      watched_.erase(i);
    }
  }
  return result;
}

std::vector<uint64_t> end_watch::ended(uint64_t whom) {
  const auto gone = watched_.extract(whom);
  if (gone.empty())
    return {};
  const auto& clients = gone.mapped().clients;
  for (const auto client : clients) {
    const auto j = by_client_.find(client);
    std::erase(j->second, whom);
    if (j->second.empty())
      by_client_.erase(j);
  }
  return {clients.begin(), clients.end()};
}

} // namespace cafq
