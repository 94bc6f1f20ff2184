#pragma once

#include "actors/interfaces.hpp"
#include "actors/queue/time.hpp"
#include "net/protocol/contract.hpp"

#include <boost/container/deque.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace cafq {

/// What a TOPIC gave to the STORE and has no answer for (mode `always`):
/// publishes, and messages that it held and that move to its channels. Each has
/// an id; answers come in the order of the ids.
class append_ledger {
public:
  /// A publish on its way to the disk.
  struct put {
    uint64_t id = 0;
    batch_ptr body;
    /// Of its bodies, as often as they are written.
    size_t bytes = 0;
    /// Whether the topic itself gets the messages, not its channels.
    bool held = false;
    /// Null once it was refused.
    client_actor from;
    ticket answer_to = 0;
  };

  // -- modifiers --------------------------------------------------------------

  /// @param copies How often the messages are written.
  /// @param x Without id and bytes.
  /// @returns the id.
  uint64_t add(put x, size_t copies, queue::time_point now);

  /// Messages that the topic held move.
  /// @returns the id.
  uint64_t move() {
    moving_.push_back(++last_id_);
    return last_id_;
  }

  /// The store has answered from `first` on.
  /// @returns whether that was a move. It has ended then.
  [[nodiscard]] bool moved(uint64_t first, queue::time_point now);

  /// The store has answered all up to `last`, which are publishes.
  /// @param use Takes each of them.
  /// @returns whether they are for the topic itself. Answers never mix.
  template <class F>
  [[nodiscard]] bool ended(uint64_t last, queue::time_point now, F&& use) {
    progress_ = now;
    auto held = false;
    while (!puts_.empty() && puts_.front().id <= last) {
      const auto x = std::move(puts_.front());
      puts_.pop_front();
      take_off(bytes_, x.bytes);
      take_off(held_, size_t{x.held});
      held = x.held;
      use(x);
    }
    return held;
  }

  /// Nobody waits any longer. The messages may still come to the channels.
  /// @param use Takes each publisher and its ticket.
  /// @returns how many there were.
  template <class F>
  size_t refuse(F&& use) {
    size_t count = 0;
    for (auto& x : puts_)
      if (const auto from = std::exchange(x.from, nullptr)) {
        use(from, x.answer_to);
        ++count;
      }
    return count;
  }

  /// The disk takes something: waiting is worth it.
  void progress(queue::time_point now) noexcept {
    progress_ = now;
  }

  // -- observers --------------------------------------------------------------

  [[nodiscard]] bool empty() const noexcept {
    return puts_.empty();
  }

  [[nodiscard]] size_t size() const noexcept {
    return puts_.size();
  }

  /// Returns the bytes that the store is to write for publishes.
  [[nodiscard]] size_t bytes() const noexcept {
    return bytes_;
  }

  /// Returns how many moves are under way.
  [[nodiscard]] size_t moving() const noexcept {
    return moving_.size();
  }

  /// Whether something is under way to or from the topic's own queue.
  [[nodiscard]] bool holds() const noexcept {
    return held_ > 0 || !moving_.empty();
  }

  /// Whether publishes wait and nothing was heard for so long.
  [[nodiscard]] bool
  overdue(queue::time_point now, queue::duration patience) const noexcept {
    return !puts_.empty() && now - progress_ >= patience;
  }

  /// Whether the ids ascend and the sums are right.
  [[nodiscard]] bool invariant() const noexcept;

private:
  /// One of libstdc++ takes 576 bytes even if it is empty, as most are.
  template <class T>
  using line = boost::container::deque<T>;

  line<put> puts_;
  size_t bytes_ = 0;
  /// How many of them the topic itself is to get.
  size_t held_ = 0;
  line<uint64_t> moving_;
  uint64_t last_id_ = 0;
  /// When the store last answered, or got the first of them.
  queue::time_point progress_{};
};

} // namespace cafq
