#include "actors/append_line.hpp"

#include "persistence/message_store.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace cafq {

namespace {

/// Bytes up to which appends of a topic share a group, and so a transaction.
constexpr size_t enough_bytes = size_t{4} << 20U;

size_t bytes_of(const queue::publications& items) {
  size_t result = 0;
  for (const auto& x : items)
    result += x.body->bytes() + (x.deferred() ? staged_row_bytes : 0);
  return result;
}

void add(append_line::run& to, const append_ptr& x, size_t bytes) {
  to.last = x;
  to.items.insert(to.items.end(), x->what->items.begin(), x->what->items.end());
  to.bytes += bytes;
}

} // namespace

bool append_line::join(const append_ptr& x) {
  const auto i = topics_.find(x->topic);
  if (i == topics_.end())
    return false;
  auto& to = i->second.runs.back();
  const auto& last = *to.last;
  if (to.done > 0 || x->from != 0 || last.from != 0 || x->held != last.held
      || x->id != last.id + 1)
    return false;
  const auto bytes = bytes_of(x->what->items);
  const auto sum = to.bytes + bytes;
  if (sum > enough_bytes || sum * to.queues > most_together)
    return false;
  add(to, x, bytes);
  return true;
}

void append_line::open(const append_ptr& x, const appender_actor& from,
                       size_t queues) {
  auto& added = topics_[x->topic].runs.emplace_back();
  added.queues = queues;
  added.first = x->id;
  added.from = from;
  add(added, x, bytes_of(x->what->items));
}

std::deque<append_line::run> append_line::take(const std::string& topic) {
  auto node = topics_.extract(topic);
  return node ? std::move(node.mapped().runs) : std::deque<run>{};
}

std::vector<append_line::run> append_line::take() {
  std::vector<run> result;
  for (auto& [name, x] : std::exchange(topics_, {}))
    std::move(x.runs.begin(), x.runs.end(), std::back_inserter(result));
  return result;
}

bool append_line::invariant() const noexcept {
  return std::all_of(topics_.begin(), topics_.end(), [](const auto& x) {
    const auto& runs = x.second.runs;
    return !runs.empty()
           && std::all_of(runs.begin(), runs.end(), [&](const run& y) {
                const auto begun = y.done > 0;
                return y.done <= y.queues
                       && (!begun || (&y == &runs.front() && !y.ended()));
              });
  });
}

size_t append_line::cost(const run& x) noexcept {
  return x.together() ? x.bytes * x.queues : x.bytes;
}

/// Topics save up for what is larger than their share.
void append_line::begin_turn(size_t bytes) {
  const auto share = bytes / topics_.size();
  auto missing = SIZE_MAX;
  for (auto& [name, x] : topics_) {
    x.credit += share;
    const auto needs = cost(x.runs.front());
    missing = std::min(missing, needs - std::min(needs, x.credit));
  }
  for (auto& [name, x] : topics_)
    x.credit += missing;
}

append_line::piece append_line::next_piece(waiting& x) {
  auto& run = x.runs.front();
  const auto price = cost(run);
  assert(price <= x.credit);
  const auto left = run.queues - run.done;
  auto count = left;
  if (!run.together())
    count = std::min(left, x.credit / run.bytes);
  x.credit -= run.together() ? price : count * run.bytes;
  return {run, std::exchange(run.done, run.done + count), count};
}

} // namespace cafq
