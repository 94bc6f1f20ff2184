#pragma once

#include "actors/interfaces.hpp"

#include <mutex>
#include <vector>

namespace cafq {

/// Something that has children to ask as well: a LISTENER.
using parent_actor = caf::typed_actor<
  // Returns all children.
  caf::replies_to<atom::list>::with<std::vector<stat_actor>>,
  // Tells about itself.
  caf::replies_to<atom::stat>::with<actor_stat>>;

/// The actors of a process that NODE does not know, for the tree in
/// /debug/actors. Whoever starts them adds them as they come: a listener that
/// answers already sees what is added after it. Safe to use from any thread.
class actor_directory {
public:
  struct contents {
    std::vector<parent_actor> parents;
    std::vector<stat_actor> others;
  };

  /// Adds an actor with children.
  void add_parent(const parent_actor& x) {
    const std::lock_guard guard{mutex_};
    list_.parents.push_back(x);
  }

  /// Adds an actor without.
  void add(const stat_actor& x) {
    const std::lock_guard guard{mutex_};
    list_.others.push_back(x);
  }

  [[nodiscard]] contents list() const {
    const std::lock_guard guard{mutex_};
    return list_;
  }

private:
  mutable std::mutex mutex_;
  contents list_;
};

} // namespace cafq
