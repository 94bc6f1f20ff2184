#include "persistence/staging.hpp"

#include "persistence/keys.hpp"

#include <utility>

namespace cafq {

namespace {

/// What an op adds to a transaction: rows that are not appended each touch a
/// page of their own, which is copied, written and kept in memory meanwhile.
size_t weight(const staged_op& x) {
  constexpr size_t scattered = 2048;
  const auto in_order = x.what == staged_op::kind::put && x.where == area::log;
  return x.bytes() + (in_order ? 0 : scattered);
}

} // namespace

void staging::append(staged_op x) {
  x.group = open_group_;
  bytes_ += x.bytes();
  if (x.what != staged_op::kind::drop_queue)
    latest_[static_cast<size_t>(x.where)].insert_or_assign(x.key, end());
  ops_.push_back(std::move(x));
}

const staged_op*
staging::find(area where, std::string_view key) const noexcept {
  const auto& from = latest(where);
  const auto i = from.find(key);
  return i == from.end() ? nullptr : &at(i->second);
}

staged_op* staging::replaceable(area where, std::string_view key) {
  if (in_group())
    return nullptr;
  const auto& from = latest(where);
  const auto i = from.find(key);
  if (i == from.end())
    return nullptr;
  auto& x = ops_[static_cast<size_t>(i->second - begin_)];
  return x.what == staged_op::kind::put ? &x : nullptr;
}

void staging::replace(staged_op& x, staged_op::kind what, std::string value) {
  bytes_ -= x.bytes();
  x.what = what;
  x.value = std::move(value);
  x.body = nullptr;
  bytes_ += x.bytes();
}

std::vector<staged_op*> staging::overtaking(size_t max) {
  std::vector<staged_op*> result;
  for (auto& x : ops_) {
    if (result.size() == max)
      break;
    if (x.what != staged_op::kind::erase || x.group != 0)
      continue;
    if (x.where == area::defer || (x.where == area::log && !moved_from(x.key)))
      result.push_back(&x);
  }
  return result;
}

bool staging::moved_from(std::string_view log_key) const {
  const auto name = decode_log_key(log_key);
  if (!name)
    return true;
  const auto* x = find(area::ack, encode(ack_key{name->queue, name->id}));
  return x != nullptr && x->group != 0;
}

void staging::release(uint64_t end) {
  for (; begin_ != end; ++begin_) {
    const auto& x = ops_.front();
    bytes_ -= x.bytes();
    auto& from = latest_[static_cast<size_t>(x.where)];
    if (const auto i = from.find(x.key); i != from.end() && i->second == begin_)
      from.erase(i);
    ops_.pop_front();
  }
}

uint64_t staging::cut(size_t bytes) const noexcept {
  size_t sum = 0;
  auto result = begin_;
  for (auto i = begin_; i != end();) {
    const auto group = at(i).group;
    if (group != 0 && group == open_group_)
      break;
    do
      sum += weight(at(i++));
    while (i != end() && group != 0 && at(i).group == group);
    if (sum > bytes && result != begin_)
      break;
    result = i;
  }
  return result;
}

} // namespace cafq
