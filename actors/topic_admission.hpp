#pragma once

#include "actors/states.hpp"
#include "actors/topic_members.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace cafq {

/// What decides whether a TOPIC takes publishes, and hands on what it holds.
/// Sends nothing and knows no clock.
struct topic_situation {
  const topic_members* channels = nullptr;
  /// The STORE; 0 if all messages stay in memory.
  uint64_t store = 0;
  bool ephemeral = false;
  bool paused = false;
  /// Messages stay in the topic, behind those that are here already.
  bool holding = false;
  /// The last of what was held is on its way to the channels: what comes now
  /// has to stay behind it.
  bool letting_go = false;
  /// Message numbers are reserved for what is to come.
  bool numbered = true;
  /// Bytes that the store is to write for publishes.
  size_t appending = 0;
  /// How many messages may be on their way to where they stay, and of those
  /// that are held, how many are.
  uint64_t window = 0;
  uint64_t unplaced = 0;
  /// The queue of what is held has no room in memory.
  bool held_full = false;
  /// New messages are to be on disk at some time, whether there is memory for
  /// them or not.
  bool all_stored = false;
  bool disk_ok = true;

  // Of the node, in bytes.

  size_t memory = 0;
  size_t memory_limit = 0;
  /// Of publishes that wait.
  size_t waiting = 0;
  /// Of messages that cannot be stored, and what they may have.
  size_t unstorable = 0;
  size_t unstorable_share = 0;
  /// As much is on its way to the disk as may be.
  bool writing_enough = false;
};

/// What keeps publishes, or messages that are held, from going on.
struct obstacle {
  actor_state state{};
  awaited waits_for;
  /// For whoever publishes.
  std::string why;
};

/// Whether new messages have to be on disk at some time.
[[nodiscard]] bool needs_store(const topic_situation& x);

/// Whether new messages are refused at once, as the disk takes none.
[[nodiscard]] bool disk_refuses(const topic_situation& x);

/// Returns why there is no memory for new messages now, if there is none.
[[nodiscard]] std::optional<obstacle> no_memory(const topic_situation& x);

/// Returns why there is no room for new messages now, if there is none.
[[nodiscard]] std::optional<obstacle> no_room(const topic_situation& x);

/// Returns what keeps messages that are held from going to the channels.
[[nodiscard]] obstacle why_held(const topic_situation& x);

/// Returns that the store has something to do first.
[[nodiscard]] obstacle
behind_store(const topic_situation& x, std::string why = {});

} // namespace cafq
