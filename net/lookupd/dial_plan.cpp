#include "net/lookupd/dial_plan.hpp"

#include <utility>

namespace cafq {

std::optional<std::string>
dial_plan::known(const std::string& address, queue::time_point now) {
  forget_old(now);
  const auto i = known_.find(address);
  if (i == known_.end())
    return std::nullopt;
  return i->second.why_not;
}

bool dial_plan::want(const std::string& address) {
  if (wanted_.count(address) > 0)
    return true;
  if (wanted_.size() + known_.size() >= most)
    return false;
  wanted_.insert(address);
  line_.push_back(address);
  return true;
}

std::optional<std::string> dial_plan::next() {
  if (open_ >= most_open || line_.empty())
    return std::nullopt;
  auto result = std::move(line_.front());
  line_.pop_front();
  ++open_;
  return result;
}

void dial_plan::done(const std::string& address, std::string why_not,
                     queue::time_point now) {
  --open_;
  wanted_.erase(address);
  known_[address] = {std::move(why_not), now};
  order_.push_back(address);
  forget_old(now);
}

void dial_plan::forget_old(queue::time_point now) {
  while (!order_.empty()) {
    const auto i = known_.find(order_.front());
    if (now - i->second.found < lasts)
      return;
    known_.erase(i);
    order_.pop_front();
  }
}

} // namespace cafq
