#include "actors/queue/peek.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cafq::queue {

namespace {

bool is_before(const peeked& x, const peeked& y) {
  return x.key < y.key;
}

/// Orders the messages, and leaves out those behind the end and those beyond
/// `most`.
void tidy(peek_page& x, size_t most) {
  auto& list = x.messages;
  std::sort(list.begin(), list.end(), is_before);
  // One may have gone to the store between two looks.
  list.erase(
    std::unique(list.begin(), list.end(),
                [](const auto& a, const auto& b) { return a.key == b.key; }),
    list.end());
  if (x.end)
    list.erase(std::upper_bound(
                 list.begin(), list.end(), *x.end,
                 [](const auto& key, const auto& y) { return key < y.key; }),
               list.end());
  if (list.size() <= most)
    return;
  list.erase(list.begin() + static_cast<ptrdiff_t>(most), list.end());
  x.end = list.back().key;
}

} // namespace

peek_page merge(peek_page x, peek_page y, size_t most) {
  if (y.end && (!x.end || *y.end < *x.end))
    x.end = y.end;
  x.rest.reset();
  std::move(y.messages.begin(), y.messages.end(),
            std::back_inserter(x.messages));
  tidy(x, most);
  return x;
}

peek_page peek_list::take() {
  tidy(page_, what_.most);
  return std::move(page_);
}

peeked peek_at(const block_ptr& body, size_t index, uint16_t attempts) {
  peeked result;
  result.key.number = body->number(index);
  result.timestamp_ns = body->timestamp_ns(index);
  result.attempts = attempts;
  result.size = body->size(index);
  if (body->has_bodies()) {
    result.body = body;
    result.in_memory = true;
    result.index = static_cast<uint16_t>(index);
  }
  return result;
}

void look(const stored_block& x, bool stored, peek_list& to) {
  auto changed = x.progress.attempts.begin();
  for (size_t i = 0; i < x.body->count(); ++i) {
    auto attempts = x.body->attempts(i);
    if (changed != x.progress.attempts.end() && changed->first == i)
      attempts = (changed++)->second;
    if (x.progress.finished[i]) {
      to.pass();
      continue;
    }
    auto seen = peek_at(x.body, i, attempts);
    seen.stored = stored;
    to.look(std::move(seen));
  }
}

} // namespace cafq::queue
