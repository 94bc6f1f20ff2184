#pragma once

#include "actors/body_budget.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace cafq {

/// Lets a large body be read on only when there is room for all of it in the
/// memory that all clients share:
///
///   closed --large, and it comes--> waiting --room--> open --becomes messages
///      ^                               |                |        or is gone
///      +-------------------------------+----------------+
///
/// Knows no parser and no actor.
class body_gate {
public:
  // -- modifiers --------------------------------------------------------------

  /// Whether the body that comes may be read on. If not, `wake` is called when
  /// it may; see `body_claim`.
  /// @param size What it will have, as far as it says.
  /// @param arrived What is here of it.
  /// @param times How many times its size it takes in memory.
  template <class Wake>
  [[nodiscard]] bool admits(const body_budgets& budgets, size_t size,
                            size_t arrived, Wake wake, size_t times = 1) {
    // A promise alone takes no memory.
    if (size <= body_budget::small || arrived <= body_budget::beginning)
      return true;
    if (!claim_)
      claim_ = std::make_unique<body_claim>(budgets.of(size * times),
                                            size * times, std::move(wake));
    return claim_->granted();
  }

  /// The time of a body begins.
  /// @pre fresh()
  void begin(queue::time_point now, uint64_t received) {
    (void)claim_->too_slow(now, received);
  }

  /// Whether others wait for the memory of a body that hardly comes.
  [[nodiscard]] bool too_slow(queue::time_point now, uint64_t received) {
    return claim_ && claim_->next_look() && claim_->too_slow(now, received);
  }

  /// Asks for more, of a body that turns out to be longer.
  /// @returns false if it has to be given up.
  [[nodiscard]] bool grow_to(size_t size) {
    return !open() || claim_->grow_to(size);
  }

  /// It takes no more than this.
  void shrink_to(size_t size) {
    if (open())
      claim_->shrink_to(size);
  }

  /// The body has become messages, which are counted as those. One that waits
  /// was not counted.
  void becomes_messages() noexcept {
    if (open())
      claim_->becomes_messages();
  }

  /// Returns the room, for as long as a topic has not taken them; null if they
  /// needed none.
  [[nodiscard]] std::unique_ptr<body_claim> take() noexcept {
    becomes_messages();
    return std::move(claim_);
  }

  /// There is no such body any more.
  void close() noexcept {
    claim_.reset();
  }

  // -- observers --------------------------------------------------------------

  [[nodiscard]] bool closed() const noexcept {
    return !claim_;
  }

  [[nodiscard]] bool waiting() const noexcept {
    return claim_ && !claim_->granted();
  }

  [[nodiscard]] bool open() const noexcept {
    return claim_ && claim_->granted();
  }

  /// Whether there is room, and the time of the body has not begun.
  [[nodiscard]] bool fresh() const noexcept {
    return open() && !claim_->next_look();
  }

  /// Returns when to look for `too_slow`, if ever.
  [[nodiscard]] std::optional<queue::time_point> next_look() const noexcept {
    return claim_ ? claim_->next_look() : std::nullopt;
  }

private:
  std::unique_ptr<body_claim> claim_;
};

} // namespace cafq
