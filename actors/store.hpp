#pragma once

#include "actors/answer_promise.hpp"
#include "actors/append_line.hpp"
#include "actors/commit_schedule.hpp"
#include "actors/counting_actor.hpp"
#include "actors/health.hpp"
#include "actors/interfaces.hpp"
#include "actors/write_promises.hpp"
#include "persistence/message_store.hpp"
#include "persistence/store_names.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cafq {

/// The state of the STORE actor: turns what the others ask for into groups of
/// changes, and their commits into answers.
/// @relates store
struct store_state {
  explicit store_state(store_actor::pointer ptr);

  void use(std::shared_ptr<message_store> disk,
           std::shared_ptr<store_health> health);

  // -- queues -----------------------------------------------------------------

  void keep(queue_id id, orders& x, const owner_actor& owner);
  void
  load(queue_id id, const queue::read_request& x, const owner_actor& owner);
  void due(queue_id id, const queue::due_request& x, const owner_actor& owner);
  void
  fetch(queue_id id, const queue::body_request& x, const owner_actor& owner);

  // -- appends (store_appends.cpp) -------------------------------------------

  /// Lets messages wait for what else comes from their topic before the next
  /// commit: together they make fewer rows.
  void append(const append_ptr& x, const appender_actor& from);

  // -- names ------------------------------------------------------------------

  /// Returns the names, for a change of those of a topic: what it has appended
  /// so far is for the queues of now.
  [[nodiscard]] store_names& names_for(const std::string& topic);

  /// Queues were dropped: their rows are to go.
  void sweep_soon() noexcept {
    sweeping_ = true;
  }

  // -- commits ----------------------------------------------------------------

  /// Calls `f` once all that was asked so far is on disk.
  void when_durable(std::function<void()> f);

  /// Answers when all that was asked so far is on disk, or cannot be.
  caf::result<atom::flush> flush();

  /// Writes what is staged, or waits a moment for more.
  void commit();

  /// Goes on with the commit behind a pause, if it is that one still.
  void commit_after(uint64_t pause);

  /// Looks whether the disk has room for more, and makes it known.
  void look();

  /// Looks again: nothing else may be going on that would tell.
  void look_again();

  /// Looks who reads the file from outside.
  void watch_readers();

  [[nodiscard]] actor_stat stat() const;

  store_actor::pointer self;
  std::shared_ptr<message_store> disk;

  /// The name in log output.
  static inline const char* name = "store";

private:
  /// What was staged, until it is durable.
  struct staged_appends {
    appended_ptr result;
    appender_actor from;
    /// Whether it came from a queue of the store: that has it still.
    bool moved = false;
    /// Who gets a copy, and how many of them have it.
    std::vector<queue_id> queues;
    size_t kept = 0;
    bool ended = false;
  };

  [[nodiscard]] actor_state situation() const;
  void commit_soon();
  void answer_durable();
  void write();
  void give_up_flush();
  void hand_over(const orders& x);
  void show_oldest();
  void saved(queue::time_point now, queue::duration commit_took);
  void know(store_health::state x, const std::string& why);

  void stage_turn();
  void stage_all();
  void stage_appends(const std::string& topic);
  void stage_rest(append_line::run& x);
  void stage(const append_line::piece& x);
  [[nodiscard]] std::shared_ptr<staged_appends>
  begin_staging(append_line::run& x);
  void keep(queue_id id, const queue::publications& items);
  void refuse(const append_line::run& x, const std::string& why);
  void take_back_appends(const std::string& why);
  void take_back(const staged_appends& x);

  std::optional<store_names> names_;
  /// What to do when the store is durable up to the mark.
  std::deque<std::pair<uint64_t, std::function<void()>>> waiting_;
  append_line line_;
  /// Topics of which a part of the copies is staged.
  std::map<std::string, std::shared_ptr<staged_appends>> spreading_;
  std::deque<std::shared_ptr<staged_appends>> staged_;
  std::shared_ptr<store_health> health_;
  queue::time_point looked_{};
  write_promises promised_;
  queue::time_point watched_{};
  queue::time_point told_readers_{};
  bool watching_ = false;

  /// In place of the number of a pause: it is time to look for readers.
  static constexpr uint64_t no_pause = UINT64_MAX;
  bool looking_ = false;
  /// Who waits for `flush`.
  std::deque<answer_promise<atom::flush>> flushing_;
  commit_schedule schedule_;
  /// Whether there are rows of dropped queues.
  bool sweeping_ = true;
  uint64_t commits_ = 0;
};

/// Owns the message store. To be spawned detached: commits wait for the disk.
/// @param health Where it says whether the disk takes new messages.
store_actor::behavior_type
store(detached_pointer<store_actor, store_state> self,
      std::shared_ptr<message_store> disk,
      std::shared_ptr<store_health> health);

/// Returns the topics and channels of a store, for the NODE to start with.
[[nodiscard]] std::vector<recovered_topic> recover(message_store& disk);

} // namespace cafq
