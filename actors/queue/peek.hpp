#pragma once

#include "actors/queue/block.hpp"
#include "actors/queue/delivered.hpp"
#include "actors/queue/store_orders.hpp"
#include "actors/queue/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

/// What people ask of a queue about single messages, and what it says. Nothing
/// changes by looking.
namespace cafq::queue {

/// Each message is in one of them.
enum class message_state : uint8_t { ready, in_flight, deferred };

/// Asks for messages in the order of their keys.
struct peek_request {
  message_state state{};
  /// Only those behind this one.
  deferred_key after;
  /// How many to look at, at most.
  size_t most = 0;
};

/// A message as its queue knows it.
struct peeked {
  /// Its number, and when it is due if it is deferred; 0 otherwise.
  deferred_key key;
  /// When it was published, in ns since the Unix epoch.
  int64_t timestamp_ns = 0;
  /// How often it was delivered.
  uint16_t attempts = 0;
  /// Of its body.
  size_t size = 0;
  /// Who has it, and until when, if it is in flight.
  consumer_id holder = 0;
  time_point until{};
  /// Whether the store has it, and whether the queue has its body in memory.
  bool stored = false;
  bool in_memory = false;

  // Where its body is: in memory, or in the store under one of the names that
  // a `body_request` takes.

  block_ptr body;
  uint16_t index = 0;
  uint64_t in_block = 0;
  std::optional<deferred_key> in_row;
};

/// Asks the store for what the queue does not have in memory.
struct peek_rest {
  message_state state = message_state::ready;
  deferred_key after;
  size_t most = 0;
  /// The queue knows all of the blocks whose first numbers are not above it.
  uint64_t behind = 0;
  /// The store may have been given more of the queue than the queue knows yet.
  uint64_t up_to = 0;
  /// And of these rows, in order.
  std::vector<deferred_key> without;
};

/// Some messages, in the order of their keys.
struct peek_page {
  std::vector<peeked> messages;
  /// There may be more behind this key, and none is missing before it.
  std::optional<deferred_key> end;
  /// What has to be asked of the store, and merged.
  std::optional<peek_rest> rest;
};

/// Returns both in one, up to where neither misses one.
/// @param most How many messages to return, at most.
[[nodiscard]] peek_page merge(peek_page x, peek_page y, size_t most);

/// Gathers messages from sources that each come in the order of their keys.
class peek_list {
public:
  explicit peek_list(const peek_request& what) : what_(what) {
    // nop
  }

  /// A source begins.
  void begin() noexcept {
    begin_ = page_.messages.size();
    looked_ = 0;
  }

  /// Whether the source is to go on.
  [[nodiscard]] bool wants_more() const noexcept {
    return page_.messages.size() - begin_ < what_.most && looked_ < most_looked;
  }

  /// Looks at a message; it is kept if it is asked for.
  void look(peeked x) {
    ++looked_;
    if (x.key > what_.after)
      page_.messages.push_back(std::move(x));
  }

  /// Passes over a message.
  void pass() noexcept {
    ++looked_;
  }

  /// The source has more, all of it behind this key.
  void cut(const deferred_key& behind) noexcept {
    if (!page_.end || behind < *page_.end)
      page_.end = behind;
  }

  [[nodiscard]] const peek_request& what() const noexcept {
    return what_;
  }

  /// Returns all, in order, with no gap before the end.
  [[nodiscard]] peek_page take();

private:
  /// Of one source: messages that are not asked for take time, too.
  static constexpr size_t most_looked = 10'000;

  peek_request what_;
  peek_page page_;
  size_t begin_ = 0;
  size_t looked_ = 0;
};

/// Describes a message of a block.
[[nodiscard]] peeked
peek_at(const block_ptr& body, size_t index, uint16_t attempts);

/// Looks at those messages of a block that are not finished.
void look(const stored_block& x, bool stored, peek_list& to);

} // namespace cafq::queue
