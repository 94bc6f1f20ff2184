#pragma once

#include "actors/peek_query.hpp"
#include "actors/queue/peek.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cafq {

/// Goes through the messages of a queue for one that asks, page after page,
/// until it has what is wanted or has looked at as much as it may. Knows no
/// actor: its owner asks the queue and the store.
///
///   next() -> a page -> take() -> bodies, if any -> add() -> show() -> next()
class message_walk {
public:
  /// What one walk may look at, whatever comes of it: who wants more goes on
  /// where it ends.
  static constexpr size_t most_looked_at = 10'000;
  static constexpr size_t most_bytes = size_t{4} << 20U;

  /// Bytes of the text that it writes, and one more message.
  static constexpr size_t most_text = size_t{1} << 20U;

  /// @param node The id of this node, which is part of those of messages.
  message_walk(peek_query what, uint16_t node);

  /// Returns what to ask of the queue; nothing if the walk is over.
  [[nodiscard]] std::optional<queue::peek_request> next() const;

  /// Takes what the queue and the store have said.
  /// @param unix_offset What to add to its times to get those since the Unix
  ///                    epoch.
  /// @returns which bodies have to be read from the store.
  [[nodiscard]] queue::body_request
  take(queue::peek_page x, queue::duration unix_offset);

  /// Takes these bodies.
  void add(const queue::bodies& x);

  /// Writes down what of the page is wanted.
  /// @param name_of Says who a consumer is.
  template <class F>
  void show(F&& name_of) {
    for (auto& x : page_.messages) {
      if (shown_ >= what_.most || text_.size() >= most_text)
        break;
      end_ = x.key;
      ++looked_at_;
      if (wanted(x))
        write(x, x.holder != 0 ? name_of(x.holder) : std::string{});
    }
    turn();
  }

  /// Whether there was any.
  [[nodiscard]] bool found() const noexcept {
    return shown_ > 0;
  }

  /// Returns all in JSON: an object with `messages`, `examined` and, if there
  /// may be more, `next`.
  [[nodiscard]] std::string text() const;

private:
  [[nodiscard]] bool full() const noexcept;
  [[nodiscard]] bool wanted(const queue::peeked& x) const;
  void write(const queue::peeked& x, const std::string& holder);
  void turn();

  peek_query what_;
  /// The only one that is wanted.
  std::optional<uint64_t> number_;
  uint16_t node_;
  /// The page under way.
  queue::peek_page page_;
  queue::duration unix_offset_{};
  /// Where the walk stands.
  queue::message_state state_;
  queue::deferred_key end_;
  bool over_ = false;
  /// Whether the last state has more.
  bool more_ = false;

  size_t looked_at_ = 0;
  size_t bytes_ = 0;
  size_t shown_ = 0;
  std::string text_;
};

} // namespace cafq
