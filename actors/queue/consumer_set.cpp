#include "actors/queue/consumer_set.hpp"

namespace cafq::queue {

consumer& consumer_set::add(const consumer& x) {
  return all_.emplace(x.id, x).first->second;
}

bool consumer_set::remove(consumer_id id) {
  auto i = all_.find(id);
  if (i == all_.end())
    return false;
  if (i->second.in_line)
    std::erase(line_, &i->second);
  all_.erase(i);
  return true;
}

consumer* consumer_set::find(consumer_id id) {
  auto i = all_.find(id);
  return i != all_.end() ? &i->second : nullptr;
}

void consumer_set::line_up(consumer& x) {
  if (x.in_line || x.credit() == 0)
    return;
  x.in_line = true;
  line_.push_back(&x);
}

consumer* consumer_set::next() {
  while (!line_.empty()) {
    auto* result = line_.front();
    line_.pop_front();
    result->in_line = false;
    if (result->credit() > 0)
      return result;
  }
  return nullptr;
}

} // namespace cafq::queue
