#include "persistence/block_index.hpp"

#include "net/protocol/contract.hpp"

#include <algorithm>
#include <cassert>

namespace cafq {

namespace {

bool before(const block_entry& x, uint64_t first) noexcept {
  return x.first < first;
}

} // namespace

void block_index::count_in(const block_entry& x) noexcept {
  messages_ += static_cast<uint64_t>(x.count - x.finished);
  widest_ = std::max(widest_, x.span);
}

void block_index::insert(const block_entry& x) {
  if (entries_.size() == head_ || entries_.back().first < x.first) {
    count_in(x);
    entries_.push_back(x);
    return;
  }
  const auto at = std::lower_bound(begin(), entries_.end(), x.first, before);
  CAFQ_CHECK(at->first != x.first);
  count_in(x);
  if (head_ == 0 || at - begin() > entries_.end() - at) {
    entries_.insert(at, x);
    return;
  }
  std::move(begin(), at, begin() - 1);
  *(at - 1) = x;
  --head_;
}

void block_index::add_unsorted(const block_entry& x) {
  count_in(x);
  entries_.push_back(x);
}

block_entry* block_index::find_unsorted(uint64_t id) noexcept {
  const auto at = std::lower_bound(
    begin(), entries_.end(), id,
    [](const block_entry& x, uint64_t y) { return x.id < y; });
  return at != entries_.end() && at->id == id ? &*at : nullptr;
}

size_t block_index::sort() {
  const auto less = [](const block_entry& x, const block_entry& y) {
    return x.first < y.first;
  };
  if (!std::is_sorted(entries_.begin(), entries_.end(), less))
    std::stable_sort(entries_.begin(), entries_.end(), less);
  // One with the same first number is a forgery: the first block stays.
  const auto last = std::unique(
    entries_.begin(), entries_.end(), [this](const auto& x, const auto& y) {
      if (x.first != y.first)
        return false;
      messages_ -= static_cast<uint64_t>(y.count - y.finished);
      return true;
    });
  const auto dropped = static_cast<size_t>(entries_.end() - last);
  entries_.erase(last, entries_.end());
  return dropped;
}

block_entry* block_index::find(uint64_t first) noexcept {
  const auto at = std::lower_bound(begin(), entries_.end(), first, before);
  return at != entries_.end() && at->first == first ? &*at : nullptr;
}

void block_index::erase(uint64_t first) {
  const auto at = std::lower_bound(begin(), entries_.end(), first, before);
  if (at == entries_.end() || at->first != first)
    return;
  take_off(messages_, static_cast<uint64_t>(at->count - at->finished));
  if (at - begin() > entries_.end() - at) {
    entries_.erase(at);
  } else {
    std::move_backward(begin(), at, at + 1);
    ++head_;
  }
  if (head_ == entries_.size())
    *this = {};
  else if (head_ > entries_.size() / 2) {
    entries_.erase(entries_.begin(), begin());
    head_ = 0;
    if (entries_.capacity() > 4 * entries_.size())
      entries_.shrink_to_fit();
  }
}

void block_index::finished(block_entry& x, uint16_t count) noexcept {
  assert(count <= x.count);
  messages_ += x.finished;
  messages_ -= count;
  x.finished = count;
}

bool block_index::invariant() const noexcept {
  uint64_t messages = 0;
  const auto all = entries();
  for (size_t i = 0; i < all.size(); ++i) {
    messages += static_cast<uint64_t>(all[i].count - all[i].finished);
    if (all[i].finished > all[i].count || all[i].span > widest_
        || (i > 0 && all[i - 1].first >= all[i].first))
      return false;
  }
  return head_ <= entries_.size() && messages == messages_;
}

std::span<const block_entry>
block_index::reaching(uint64_t number) const noexcept {
  const auto all = entries();
  const auto lowest = number - std::min<uint64_t>(number, widest_);
  const auto at = std::lower_bound(all.begin(), all.end(), lowest, before);
  return {at, all.end()};
}

std::span<const block_entry> block_index::after(uint64_t first) const noexcept {
  const auto all = entries();
  const auto at = std::upper_bound(
    all.begin(), all.end(), first,
    [](uint64_t x, const block_entry& y) { return x < y.first; });
  return {at, all.end()};
}

uint64_t block_index::last_number() const noexcept {
  uint64_t result = 0;
  const auto all = entries();
  for (auto i = all.size(); i-- > 0;) {
    if (all[i].first + widest_ < result)
      break; // neither this one nor those before reach as far
    result = std::max(result, all[i].last());
  }
  return result;
}

} // namespace cafq
