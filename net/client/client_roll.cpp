#include "net/client/client_roll.hpp"

#include <algorithm>
#include <tuple>

namespace cafq {

namespace {

/// What goes first is least.
auto rank_of(const client_entry& x) {
  const auto others = x.address ? x.address->second : 0;
  return std::tuple{!x.done, x.spoke, ~others, x.spoke ? x.active : x.came};
}

} // namespace

client_ptr client_roll::add(std::string_view address, queue::time_point now) {
  auto result = std::make_shared<client_entry>();
  result->came = result->active = now;
  if (!address.empty()) {
    auto& x = *counts_->try_emplace(std::string{address}, 0).first;
    ++x.second;
    result->address = &x;
  }
  clients_.insert(result);
  return result;
}

void client_roll::remove(const client_ptr& x) {
  if (clients_.erase(x) == 0 || !x->address)
    return;
  if (--x->address->second == 0)
    counts_->erase(counts_->find(x->address->first));
  x->address = nullptr;
}

client_ptr client_roll::who_goes(queue::time_point now) {
  if (found_.empty() || now - searched_ >= search_interval)
    search(now);
  while (!found_.empty()) {
    const auto& x = found_.back();
    if (clients_.count(x) > 0 && may_go(*x, now))
      return x;
    found_.pop_back();
  }
  return nullptr;
}

bool client_roll::may_go(const client_entry& x, queue::time_point now) const {
  if (x.done)
    return true;
  if (!x.spoke)
    return now - x.came >= greeting_;
  return !x.busy && !x.heartbeats && now - x.active >= silence_;
}

void client_roll::search(queue::time_point now) {
  searched_ = now;
  found_.clear();
  for (const auto& x : clients_)
    if (may_go(*x, now))
      found_.push_back(x);
  std::sort(found_.begin(), found_.end(), [](const auto& x, const auto& y) {
    return rank_of(*x) > rank_of(*y);
  });
}

} // namespace cafq
