#pragma once

#include "actors/lookup/registry.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace cafq::lookup {

/// A topic or channel, and the producers that have it, by id. Nodes go in
/// thousands at once, mostly those first that came first, so one that is taken
/// away leaves a gap: the others move up when there are more gaps than
/// producers.
class place {
public:
  struct entry {
    producer_id id = 0;
    /// Null for a gap.
    producer* who = nullptr;
    time_point tombstoned = never;
    /// Where `who` has this place in its list.
    size_t slot = 0;

    [[nodiscard]] registry::registered what() const {
      if (tombstoned == never)
        return {who, std::nullopt};
      return {who, tombstoned};
    }
  };

  // -- modifiers --------------------------------------------------------------

  /// Adds a producer.
  /// @pre It is not there.
  void add(producer& who, size_t slot);

  /// Takes one away.
  void take(entry& x);

  // -- observers --------------------------------------------------------------

  /// Returns the entry of a producer, null if it is not there.
  [[nodiscard]] entry* find(producer_id id);

  [[nodiscard]] bool empty() const noexcept {
    return entries_.size() == gaps_;
  }

  /// Calls `f` for each entry.
  template <class F>
  void each(F f) const {
    for (const auto& x : entries_)
      if (x.who)
        f(x);
  }

  /// Returns how many entries it keeps, gaps included.
  [[nodiscard]] size_t kept() const noexcept {
    return entries_.size();
  }

  /// The name of the topic. Map nodes stay where they are.
  const std::string* topic = nullptr;
  /// Null for a topic.
  const std::string* channel = nullptr;

private:
  static constexpr auto never = time_point::min();

  [[nodiscard]] std::vector<entry>::iterator lower_bound(producer_id id);

  std::vector<entry> entries_;
  size_t gaps_ = 0;
};

} // namespace cafq::lookup
