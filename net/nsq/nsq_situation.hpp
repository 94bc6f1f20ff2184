#pragma once

#include "actors/states.hpp"

#include <cstdint>

namespace cafq {

/// The life of an NSQ connection. Upgrades (net/nsq/upgrade.hpp) happen while
/// it is open or being emptied:
///
///   greeting --magic--> open --the peer sends no more--> emptying
///      |                  |                                  |
///      +------ a fatal answer, or nothing more to do --------+
///      |                  v                                  |
///      |              answering --the last answer is known---+
///      |                                 v
///      +--aborted, or gone--> closed <-- sending
enum class nsq_phase : uint8_t {
  /// The magic has not come.
  greeting,
  open,
  /// The peer sends no more: what is there is executed.
  emptying,
  /// The last command is known; answers to some are still to come.
  answering,
  /// Only what is in the output still has to leave.
  sending,
  closed,
};

/// What the next command of a client depends on.
enum class nsq_answer : uint8_t {
  none,
  /// Of an auth server: what the client may do.
  grant,
  /// Of NODE: the topic that was published to.
  topic,
  /// Of the channel: that it has one consumer more.
  subscription,
};

/// What keeps an NSQ connection from its next command.
struct nsq_situation {
  nsq_phase phase = nsq_phase::greeting;
  bool upgrading = false;
  nsq_answer due = nsq_answer::none;
  /// A large command may not be read on.
  bool no_memory = false;
  /// What the client has not taken exceeds its window.
  bool output_full = false;
  /// So do the publishes that topics have not answered, or answers behind them.
  bool publishes_full = false;
  /// Answers are to come.
  bool owed = false;
  /// Part of a command is there.
  bool within_command = false;
};

/// Says in one word what a connection does, or waits for.
[[nodiscard]] actor_state state_of(const nsq_situation& x) noexcept;

} // namespace cafq
