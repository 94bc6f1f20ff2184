#include "actors/queue/channel_queue.hpp"

#include <algorithm>
#include <iterator>
#include <set>

// What people see who look at single messages.

namespace cafq::queue {

namespace {

/// What stands before a block.
deferred_key before(const block& x) {
  return {0, std::max(x.first_number(), uint64_t{1}) - 1};
}

peeked peek_at(const open_block& home, const slot& x) {
  auto result = queue::peek_at(home.body, x.index, x.attempts);
  result.stored = home.stored || home.row;
  if (home.absent()) {
    result.in_row = home.row;
    result.in_block = home.body->first_number();
  }
  if (x.state == slot_state::in_flight) {
    result.holder = x.owner;
    result.until = deadline_index::deadline_of(x);
  }
  return result;
}

bool is_in(slot_state x, message_state state) {
  using enum slot_state;
  return state == message_state::in_flight ? x == in_flight
                                           : x == unread || x == requeued;
}

void look(const open_block& home, peek_list& to) {
  for (size_t i = 0; i < home.body->count(); ++i)
    if (is_in(home.slots[i].state, to.what().state))
      to.look(peek_at(home, home.slots[i]));
    else
      to.pass();
}

} // namespace

// -- open blocks --------------------------------------------------------------

void open_blocks::peek(peek_list& to) const {
  const auto after = to.what().after.number;
  const auto walk = [&](const blocks& all, blocks::const_iterator i) {
    for (; i != all.end(); ++i) {
      if (!to.wants_more()) {
        to.cut(before(*i->second.body));
        return;
      }
      look(i->second, to);
    }
  };
  auto first = blocks_.upper_bound(after);
  if (first != blocks_.begin())
    --first;
  to.begin();
  // Those that may reach over others.
  for (const auto key : std::set<uint64_t>{sparse_.begin(), sparse_.end()})
    if (first == blocks_.end() || key < first->first)
      if (const auto& x = blocks_.at(key); x.body->last_number() > after)
        look(x, to);
  walk(blocks_, first);
  to.begin();
  walk(alone_, alone_.upper_bound(after));
}

// -- the backlog --------------------------------------------------------------

void backlog::peek(peek_list& to) const {
  const auto after = to.what().after.number;
  to.begin();
  auto i = std::partition_point(
    memory_.begin(), memory_.end(),
    [=](const auto& x) { return x.body->last_number() <= after; });
  for (; i != memory_.end(); ++i) {
    if (!to.wants_more()) {
      to.cut(before(*i->body));
      break;
    }
    look(*i, i->stored, to);
  }
  to.begin();
  for (const auto& x : tail_)
    look({x, {}}, false, to);
}

std::optional<peek_rest> backlog::peek_rest_of(const peek_request& what) const {
  if (on_disk_ == 0)
    return std::nullopt;
  peek_rest result;
  result.after = what.after;
  result.most = what.most;
  result.behind = cursor_;
  return result;
}

// -- deferred -----------------------------------------------------------------

void deferred_set::peek(peek_list& to) const {
  using found = std::pair<deferred_key, const waiting*>;
  const auto& what = to.what();
  std::vector<found> list;
  for (const auto* from : {&heap_, &undecided_})
    for (const auto& x : *from)
      if (const auto key = key_of(x); key > what.after)
        list.emplace_back(key, &x);
  if (list.size() > what.most) {
    const auto end = list.begin() + static_cast<ptrdiff_t>(what.most);
    std::nth_element(list.begin(), end, list.end());
    to.cut(std::max_element(list.begin(), end)->first);
    list.erase(end, list.end());
  }
  to.begin();
  for (const auto& [key, x] : list) {
    auto seen = peek_at(x->what.body, 0, x->what.attempts);
    seen.key = key;
    seen.stored = x->what.row.has_value();
    seen.until = x->due;
    to.look(std::move(seen));
  }
}

deferred_key deferred_set::key_of(const waiting& x) const {
  if (x.what.row)
    return *x.what.row;
  return {to_unix(x.due), x.what.body->first_number()};
}

std::optional<peek_rest> deferred_set::peek_rest_of(peek_list& to) const {
  if (on_disk_ == 0)
    return std::nullopt;
  peek_rest result;
  result.state = message_state::deferred;
  result.after = std::max(to.what().after, loaded_until_);
  result.most = to.what().most;
  for (auto i = apart_.upper_bound(result.after); i != apart_.end(); ++i) {
    if (result.without.size() == most_without) {
      to.cut(result.without.back());
      break;
    }
    result.without.push_back(*i);
  }
  return result;
}

// -- all of it ----------------------------------------------------------------

peek_page channel_queue::peek(const peek_request& what) const {
  peek_list list{what};
  std::optional<peek_rest> rest;
  if (what.state == message_state::deferred) {
    deferred_.peek(list);
    list.begin();
    for (const auto& x : parked_) {
      auto seen = peek_at(*x.what->home, *x.what);
      seen.key.due_ns = deferred_.to_unix(x.due);
      seen.until = x.due;
      list.look(std::move(seen));
    }
    rest = deferred_.peek_rest_of(list);
  } else {
    open_.peek(list);
    if (what.state == message_state::ready) {
      backlog_.peek(list);
      rest = backlog_.peek_rest_of(what);
    }
  }
  if (rest)
    rest->up_to = newest_;
  auto result = list.take();
  result.rest = std::move(rest);
  return result;
}

} // namespace cafq::queue
