#pragma once

#include "actors/queue/time.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace cafq::queue {

/// What a thing with a deadline carries. Knows its neighbours, so that taking
/// it out costs the same however many there are.
struct deadline_hook {
  deadline_hook* prev = nullptr;
  deadline_hook* next = nullptr;
  /// Which bucket the hook lies in.
  int64_t bucket = 0;
};

/// Finds what is overdue among many deadlines that mostly never come due: a
/// message is put in and taken out for every delivery, so both are O(1), while
/// the deadlines are only kept to `granularity`, rounded up. Does not own the
/// hooks.
class deadline_index {
public:
  /// How much later than its deadline a hook is found at most.
  static constexpr duration granularity{int64_t{1} << 22U}; // 4.2 ms

  deadline_index() = default;
  deadline_index(const deadline_index&) = delete;
  deadline_index& operator=(const deadline_index&) = delete;
  ~deadline_index() = default;

  /// @pre `hook` lies in no index.
  void insert(deadline_hook& hook, time_point deadline);

  /// @pre `hook` lies in this index.
  void erase(deadline_hook& hook);

  /// Takes out one hook whose deadline has passed, the oldest bucket first.
  /// @returns `nullptr` when nothing is overdue.
  [[nodiscard]] deadline_hook* pop(time_point now);

  /// Returns when to call `pop` next, if ever.
  [[nodiscard]] std::optional<time_point> next() const;

  /// Calls `f` with the hooks whose deadlines come first, `most` at most.
  template <class F>
  void first(size_t most, F&& f) const {
    for (const auto& [number, x] : buckets_)
      for (const auto* i = x.end.next; i != &x.end; i = i->next) {
        if (most-- == 0)
          return;
        f(*i);
      }
  }

  /// Returns when a hook is found at the latest.
  /// @pre `hook` lies in this index.
  [[nodiscard]] static time_point deadline_of(const deadline_hook& hook) {
    return time_point{hook.bucket * granularity};
  }

  /// Whether each bucket has hooks, which name it and know their neighbours:
  /// for tests.
  /// @param hooks How many there are.
  [[nodiscard]] bool invariant(size_t hooks) const;

  /// Forgets all hooks.
  void clear() noexcept {
    buckets_.clear();
  }

private:
  /// A circular list; `end` is its anchor. Stable in memory: hooks point at it.
  struct bucket {
    deadline_hook end;
  };

  std::map<int64_t, bucket> buckets_;
};

} // namespace cafq::queue
