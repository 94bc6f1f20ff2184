#pragma once

#include "actors/interfaces.hpp"
#include "persistence/message_store.hpp"

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

  void use(std::shared_ptr<message_store> disk);

  // -- queues -----------------------------------------------------------------

  void keep(queue_id id, orders& x, const owner_actor& owner);
  void
  load(queue_id id, const queue::read_request& x, const owner_actor& owner);
  void due(queue_id id, const queue::due_request& x, const owner_actor& owner);

  // -- names ------------------------------------------------------------------

  // Those that return nothing, or false, know no such name.
  queue_id add_topic(const std::string& topic, uint64_t reserved);
  std::optional<queue_ids>
  add_channel(const std::string& topic, const std::string& channel, bool first);
  bool reserve(const std::string& topic, uint64_t mark);
  void erase_topic(const std::string& topic);
  void erase_channel(const std::string& topic, const std::string& channel);
  bool pause(const std::string& topic, const std::string& channel, bool on);
  std::optional<queue_id>
  empty(const std::string& topic, const std::string& channel);

  // -- commits ----------------------------------------------------------------

  /// Calls `f` once all that was asked so far is on disk.
  void when_durable(std::function<void()> f);

  /// Writes what is staged, as long as nothing else is waiting.
  void commit();

  [[nodiscard]] actor_stat stat() const;

  store_actor::pointer self;
  std::shared_ptr<message_store> disk;

  /// The name in log output.
  static inline const char* name = "store";

private:
  using channel_key = std::pair<std::string, std::string>;

  template <class F>
  bool change(const std::string& topic, const std::string& channel, F&& f);
  void commit_soon();
  void answer_durable();

  std::map<std::string, topic_record> topics_;
  std::map<channel_key, channel_record> channels_;
  /// What to do when the store is durable up to the mark.
  std::deque<std::pair<uint64_t, std::function<void()>>> waiting_;
  bool commit_pending_ = false;
  bool failing_ = false;
  bool sweeping_ = true;
  uint64_t commits_ = 0;
};

/// Owns the message store. To be spawned detached: commits wait for the disk.
store_actor::behavior_type
store(store_actor::stateful_pointer<store_state> self,
      std::shared_ptr<message_store> disk);

/// Returns the topics and channels of a store, for the NODE to start with.
[[nodiscard]] std::vector<recovered_topic> recover(message_store& disk);

} // namespace cafq
