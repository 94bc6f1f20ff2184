#pragma once

#include "actors/interfaces.hpp"
#include "actors/memory_ledger.hpp"
#include "actors/queue/time.hpp"

#include <boost/container/deque.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace cafq {

/// The publishes that a TOPIC has no room for, in the order they came, and how
/// long they wait for it:
///
///   add --> waits --room--> goes on
///             |
///             +-- nothing moved for 5 s, or for 250 ms if it is large and
///                 others wait for the memory that it has --> is given up
///
/// Knows no clock and does not know what room is.
class publish_line {
public:
  /// How long publishes wait while nothing moves, nor on the disk.
  static constexpr auto patience = std::chrono::seconds{5};

  /// The same for a large one, while others wait for memory for theirs.
  static constexpr auto large_patience = std::chrono::milliseconds{250};

  struct put {
    batch_ptr body;
    client_actor from;
    ticket answer_to = 0;
    queue::time_point since;
    /// Counts it as something that waits.
    std::unique_ptr<const memory_ledger::claim> memory;
  };

  /// One of libstdc++ takes 576 bytes even if it is empty, as most are.
  using list = boost::container::deque<put>;

  // -- modifiers --------------------------------------------------------------

  void add(batch_ptr body, client_actor from, ticket answer_to,
           queue::time_point now, const std::shared_ptr<memory_ledger>& memory);

  /// Lets them go on while there is room.
  /// @param has_room Is asked for the next.
  /// @param use Takes it.
  template <class HasRoom, class Use>
  void admit(queue::time_point now, HasRoom&& has_room, Use&& use) {
    while (!waiting_.empty() && has_room(waiting_.front())) {
      const auto x = std::move(waiting_.front());
      waiting_.pop_front();
      progress_ = now;
      use(x);
    }
  }

  /// Something moved: waiting is worth it.
  void progress(queue::time_point now) noexcept {
    progress_ = now;
  }

  /// Takes out those that have waited long enough.
  /// @param memory_wanted Whether others wait for memory for large publishes.
  [[nodiscard]] list overdue(queue::time_point now, bool memory_wanted);

  /// Takes out all of them.
  [[nodiscard]] list take_all() {
    return std::exchange(waiting_, {});
  }

  // -- observers --------------------------------------------------------------

  [[nodiscard]] bool empty() const noexcept {
    return waiting_.empty();
  }

  [[nodiscard]] size_t size() const noexcept {
    return waiting_.size();
  }

  /// Returns since when the first one waits, if there is one.
  [[nodiscard]] std::optional<queue::time_point> since() const {
    return waiting_.empty() ? std::nullopt
                            : std::optional{waiting_.front().since};
  }

private:
  list waiting_;
  /// When one last went on, or the first began to wait.
  queue::time_point progress_{};
};

} // namespace cafq
