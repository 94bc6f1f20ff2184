#include "actors/reports/message_walk.hpp"

#include "net/protocol/base64.hpp"
#include "net/protocol/message_id.hpp"
#include "net/protocol/utf8.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace cafq {

namespace {

using json = nlohmann::json;
using queue::message_state;

/// Messages to ask a queue for at a time: so a CHANNEL is held up for some
/// tenths of a millisecond.
constexpr size_t most_at_a_time = 1000;

std::string_view to_string(message_state x) {
  switch (x) {
    case message_state::ready:
      return "ready";
    case message_state::in_flight:
      return "in_flight";
    case message_state::deferred:
      break;
  }
  return "deferred";
}

/// Returns the beginning of a text; no character of it is cut in two.
std::string_view beginning(std::string_view body, size_t most) {
  const auto text = protocol::first_bytes(body, most);
  return protocol::is_utf8(text) ? text : body.substr(0, most);
}

std::string_view body_of(const queue::peeked& x) {
  return x.body ? x.body->body(x.index) : std::string_view{};
}

} // namespace

message_walk::message_walk(peek_query what, uint16_t node)
  : what_(std::move(what)), node_(node), state_(what_.state) {
  end_ = what_.after;
  if (!what_.id)
    return;
  constexpr auto bits = protocol::message_number_bits;
  number_ = *what_.id & ((uint64_t{1} << bits) - 1);
  // Numbers begin at 1, and other nodes have messages of their own.
  over_ = *number_ == 0 || *what_.id >> bits != node;
  what_.most = 1;
  state_ = message_state::ready;
  end_ = {0, *number_ - 1};
}

bool message_walk::full() const noexcept {
  return shown_ >= what_.most || looked_at_ >= most_looked_at
         || bytes_ >= most_bytes || text_.size() >= most_text;
}

std::optional<queue::peek_request> message_walk::next() const {
  if (over_)
    return std::nullopt;
  const auto all = !what_.contains.empty()
                   || (number_ && state_ == message_state::deferred);
  const auto most = all ? most_at_a_time
                        : std::min(what_.most - shown_, most_at_a_time);
  return queue::peek_request{state_, end_, most};
}

queue::body_request
message_walk::take(queue::peek_page x, queue::duration unix_offset) {
  page_ = std::move(x);
  unix_offset_ = unix_offset;
  auto& list = page_.messages;
  if (number_)
    looked_at_ += std::erase_if(
      list, [&](const auto& y) { return y.key.number != *number_; });
  std::set<uint64_t> blocks;
  queue::body_request result;
  for (size_t i = 0; i < list.size(); ++i) {
    const auto& y = list[i];
    const auto known = y.body || (!y.in_row && blocks.contains(y.in_block));
    bytes_ += known ? y.size : std::max(y.size, queue::block::max_bytes);
    if (!known && y.in_row)
      result.rows.push_back(*y.in_row);
    else if (!known && blocks.insert(y.in_block).second)
      result.blocks.push_back(y.in_block);
    if (bytes_ < most_bytes || i + 1 == list.size())
      continue;
    page_.end = y.key;
    list.resize(i + 1);
  }
  return result;
}

void message_walk::add(const queue::bodies& x) {
  for (auto& y : page_.messages) {
    if (y.body)
      continue;
    for (const auto& block : x.blocks)
      if (const auto at = block->first_number() == y.in_block
                            ? block->index_of(y.key.number)
                            : std::nullopt) {
        y.body = block;
        y.index = static_cast<uint16_t>(*at);
      }
    for (const auto& row : x.rows)
      if (y.in_row == row.key()) {
        y.body = row.body;
        y.index = 0;
      }
  }
}

bool message_walk::wanted(const queue::peeked& x) const {
  return what_.contains.empty()
         || body_of(x).find(what_.contains) != std::string_view::npos;
}

void message_walk::write(const queue::peeked& x, const std::string& holder) {
  const auto to_unix = [this](queue::time_point time) {
    return (time.time_since_epoch() + unix_offset_).count();
  };
  const auto id = protocol::make_id(node_, x.key.number);
  json row{{"id", protocol::view(id)},
           {"number", x.key.number},
           {"timestamp", x.timestamp_ns},
           {"attempts", x.attempts},
           {"state", to_string(state_)},
           {"place", !x.stored     ? "memory"
                     : x.in_memory ? "both"
                                   : "disk"},
           {"size", x.size}};
  if (state_ == message_state::deferred)
    row["due"] = x.key.due_ns;
  if (state_ == message_state::in_flight) {
    row["deadline"] = to_unix(x.until);
    row["consumer"] = holder;
  }
  // One that was damaged has none.
  if (x.body) {
    const auto all = body_of(x);
    const auto some = beginning(all, what_.body_bytes);
    if (protocol::is_utf8(some))
      row["body"] = some;
    else
      row["body_base64"] = protocol::base64(some);
    if (some.size() < all.size())
      row["truncated"] = true;
  }
  text_ += text_.empty() ? "" : ",";
  // A client says itself what it is called.
  text_ += row.dump(-1, ' ', false, json::error_handler_t::replace);
  ++shown_;
}

/// Says where the walk goes on, if it does.
void message_walk::turn() {
  if (full() && !page_.messages.empty() && end_ != page_.messages.back().key) {
    more_ = over_ = true;
    return;
  }
  more_ = page_.end.has_value();
  if (more_)
    end_ = *page_.end;
  over_ = full() || !more_;
  if (!number_)
    return;
  // The next state, if it is not in this one. Only there several have to be
  // looked at.
  const auto last = state_ == message_state::deferred;
  over_ = found() || (last && over_);
  if (over_ || last)
    return;
  state_ = state_ == message_state::ready ? message_state::in_flight
                                          : message_state::deferred;
  end_ = state_ == message_state::deferred
           ? queue::deferred_key{}
           : queue::deferred_key{0, *number_ - 1};
}

std::string message_walk::text() const {
  const json name{{"topic", what_.topic}, {"channel", what_.channel}};
  auto result = name.dump();
  result.pop_back();
  if (!number_)
    result += fmt::format(R"(,"state":"{}")", to_string(state_));
  result += R"(,"messages":[)" + text_ + ']';
  result += fmt::format(R"(,"examined":{})", looked_at_);
  if (more_ && !number_)
    result += fmt::format(R"(,"next":"{}-{}")", end_.due_ns, end_.number);
  return result + '}';
}

} // namespace cafq
