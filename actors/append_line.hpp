#pragma once

#include "actors/interfaces.hpp"
#include "actors/queue/publication.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace cafq {

/// What topics have appended and the STORE has not staged yet. Each topic keeps
/// its order; among topics, turns are fair: one whose many channels each get a
/// copy of everything does not keep the others waiting for all of those.
///
///    append --> run of a topic --+-- turn: by and by, some bytes --> STORE
///                                |
///                                `-- take: all of a topic, at once --> STORE
///
class append_line {
public:
  /// Bytes of one group with a copy for each channel: as in a transaction.
  static constexpr size_t most_together = size_t{8} << 20U;

  /// Some of a topic's appends, one after the other, for the same queues.
  struct run {
    append_ptr last;
    queue::publications items;
    /// Of their bodies.
    size_t bytes = 0;
    /// How many queues get a copy.
    size_t queues = 0;
    /// The id of the first append.
    uint64_t first = 0;
    appender_actor from;
    /// How many queues have got it.
    size_t done = 0;

    /// Whether all queues get it in one group.
    [[nodiscard]] bool together() const noexcept {
      return last->from != 0 || bytes * queues <= most_together;
    }

    [[nodiscard]] bool ended() const noexcept {
      return done >= queues;
    }
  };

  /// A run, and which queues get it now.
  struct piece {
    run& of;
    size_t first;
    size_t count;
  };

  // -- modifiers --------------------------------------------------------------

  /// Adds an append to the last run of its topic, if it may share a group with
  /// it.
  /// @returns whether it did.
  [[nodiscard]] bool join(const append_ptr& x);

  /// Begins a run.
  /// @param queues How many get a copy. Whoever changes that takes all of the
  ///        topic first.
  void open(const append_ptr& x, const appender_actor& from, size_t queues);

  /// Gives each topic a share of so many bytes, and one of them at least
  /// something.
  /// @param stage Takes a `piece`.
  template <class F>
  void turn(size_t bytes, F&& stage) {
    if (topics_.empty())
      return;
    begin_turn(bytes);
    for (auto i = topics_.begin(); i != topics_.end();) {
      auto& x = i->second;
      while (!x.runs.empty() && cost(x.runs.front()) <= x.credit) {
        const auto next = next_piece(x);
        stage(next);
        if (next.of.ended())
          x.runs.pop_front();
      }
      i = x.runs.empty() ? topics_.erase(i) : std::next(i);
    }
  }

  /// Takes what is left of a topic, in order.
  [[nodiscard]] std::deque<run> take(const std::string& topic);

  /// Takes all.
  [[nodiscard]] std::vector<run> take();

  // -- observers --------------------------------------------------------------

  [[nodiscard]] bool empty() const noexcept {
    return topics_.empty();
  }

  /// Whether no topic is here without a run, and no run is done.
  [[nodiscard]] bool invariant() const noexcept;

private:
  struct waiting {
    std::deque<run> runs;
    /// Bytes it may have staged.
    size_t credit = 0;
  };

  [[nodiscard]] static size_t cost(const run& x) noexcept;
  void begin_turn(size_t bytes);
  [[nodiscard]] static piece next_piece(waiting& x);

  std::map<std::string, waiting> topics_;
};

} // namespace cafq
