#pragma once

#include "actors/interfaces.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace cafq {

/// The channels of a topic, and how much each has still to find a place for:
/// the slowest one bounds what all are given. Sends nothing.
class topic_members {
public:
  struct member {
    channel_actor handle;
    /// Of the actor.
    uint64_t id = 0;
    bool ephemeral = false;
    /// Messages given to it that it has not reported.
    uint64_t outstanding = 0;
    /// What it is given from now on has to go to disk.
    bool full = false;
  };

  using map = std::map<std::string, member>;

  // -- modifiers --------------------------------------------------------------

  /// @pre There is none of this name.
  void add(const std::string& name, channel_actor handle);

  /// Removes a channel; a no-op if there is none.
  void remove(const std::string& name) {
    all_.erase(name);
  }

  /// All of them have been given so many messages.
  void gave(uint64_t messages) noexcept {
    for (auto& [name, x] : all_)
      x.outstanding += messages;
  }

  /// A channel has found a place for so many of them.
  /// @param id The actor: one that was deleted may have told it just before.
  void placed(const std::string& name, uint64_t id, uint64_t messages);

  /// What a channel is given from now on has to go to disk, or need not.
  void is_full(const std::string& name, uint64_t id, bool full);

  // -- observers --------------------------------------------------------------

  /// @returns `nullptr` if there is none.
  [[nodiscard]] const member* find(const std::string& name) const;

  /// @param id The actor.
  /// @returns `nullptr` if it is none of them.
  [[nodiscard]] const map::value_type* find(uint64_t id) const;

  /// Returns the first that has so many messages to find a place for. One that
  /// is ephemeral drops them instead.
  /// @returns `nullptr` if all have room.
  [[nodiscard]] const map::value_type* crowded(uint64_t messages) const;

  /// Whether the store knows one of them.
  [[nodiscard]] bool any_stored() const;

  /// Whether one of them has no room in memory.
  [[nodiscard]] bool any_full() const;

  [[nodiscard]] bool empty() const noexcept {
    return all_.empty();
  }

  [[nodiscard]] size_t size() const noexcept {
    return all_.size();
  }

  [[nodiscard]] auto begin() const noexcept {
    return all_.begin();
  }

  [[nodiscard]] auto end() const noexcept {
    return all_.end();
  }

private:
  [[nodiscard]] member* find(const std::string& name, uint64_t id);

  map all_;
};

} // namespace cafq
