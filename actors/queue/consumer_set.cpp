#include "actors/queue/consumer_set.hpp"

#include "net/protocol/contract.hpp"
#include "net/protocol/frame.hpp"

#include <algorithm>
#include <cassert>

namespace cafq::queue {

uint64_t consumer::gave(size_t count, size_t bytes) noexcept {
  in_flight += count;
  messages += count;
  given_bytes += bytes + count * protocol::message_header_size;
  if (given_bytes - asked_bytes < window_bytes / 2)
    return 0;
  return asked_bytes = given_bytes;
}

void consumer::took(uint64_t bytes) {
  CAFQ_CHECK(bytes <= given_bytes);
  sent_bytes = std::max(sent_bytes, bytes);
}

void consumer::has_less(size_t count) {
  take_off(in_flight, count);
}

consumer& consumer_set::add(const consumer& x) {
  assert(!all_.contains(x.id));
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

size_t consumer_set::credit() const noexcept {
  size_t result = 0;
  for (const auto& [id, x] : all_)
    result += x.credit();
  return result;
}

bool consumer_set::invariant() const {
  size_t in_line = 0;
  for (const auto& [id, x] : all_)
    in_line += x.in_line;
  return in_line == line_.size()
         && std::all_of(line_.begin(), line_.end(),
                        [](const auto* x) { return x->in_line; });
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

size_t fair_share::next(size_t ready, size_t waiting) noexcept {
  if (turns_ == 0) {
    turns_ = std::max<size_t>(waiting, 1);
    share_ = (ready + turns_ - 1) / turns_;
  }
  --turns_;
  return share_;
}

} // namespace cafq::queue
