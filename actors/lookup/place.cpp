#include "actors/lookup/place.hpp"

#include <algorithm>

namespace cafq::lookup {

void place::add(producer& who, size_t slot) {
  const entry x{who.id, &who, never, slot};
  const auto i = lower_bound(who.id);
  if (i != entries_.end() && i->id == who.id) {
    *i = x;
    --gaps_;
  } else {
    entries_.insert(i, x);
  }
}

void place::take(entry& x) {
  x.who = nullptr;
  if (++gaps_ * 2 <= entries_.size())
    return;
  std::erase_if(entries_, [](const entry& y) { return !y.who; });
  entries_.shrink_to_fit();
  gaps_ = 0;
}

place::entry* place::find(producer_id id) {
  const auto i = lower_bound(id);
  return i != entries_.end() && i->id == id && i->who ? &*i : nullptr;
}

std::vector<place::entry>::iterator place::lower_bound(producer_id id) {
  return std::lower_bound(
    entries_.begin(), entries_.end(), id,
    [](const entry& x, producer_id y) { return x.id < y; });
}

} // namespace cafq::lookup
