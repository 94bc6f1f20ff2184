#pragma once

#include "actors/answer_promise.hpp"
#include "actors/counting_actor.hpp"
#include "actors/health.hpp"
#include "actors/interfaces.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace cafq {

class message_store;
class store_copy;

/// The BACKUP actor interface: copies the store while the node goes on. Its
/// mailbox is bounded by the HTTP connections: each waits for its answer.
using backup_actor = caf::typed_actor<
  // Begins a copy for whoever asks, once all that the STORE has been given is
  // on disk. The file may grow by so many bytes until its end. One at a time.
  caf::replies_to<atom::backup, uint64_t>::with<atom::backup>,
  // Returns the next piece to who began it, an empty one behind the last. An
  // error says why it was broken off.
  caf::replies_to<atom::load>::with<text_ptr>,
  // Tells about itself.
  caf::replies_to<atom::stat>::with<actor_stat>,
  // INTERNAL: looks how much the file has grown.
  caf::reacts_to<atom::tick>>;

/// The state of the BACKUP actor.
/// @relates backup
struct backup_state {
  explicit backup_state(backup_actor::pointer ptr);
  ~backup_state();

  caf::result<atom::backup> start(uint64_t max_growth);
  caf::result<text_ptr> next();
  void tick();

  /// Who wanted it is gone.
  void down(const caf::actor_addr& who);

  [[nodiscard]] actor_stat stat() const;

  backup_actor::pointer self;
  store_actor store;
  std::shared_ptr<message_store> disk;
  std::shared_ptr<const store_health> health;

  /// The name in log output.
  static inline const char* name = "backup";

private:
  void start_copy();
  void give_up(const std::string& why);
  void look();
  void finish();

  /// Whom the copy is for.
  caf::actor_addr client_;
  /// That its copy has begun.
  answer_promise<atom::backup> answer_;
  std::shared_ptr<store_copy> copy_;
  bool looking_ = false;
  uint64_t max_growth_ = 0;
  /// Of this one.
  uint64_t bytes_ = 0;
  /// Since the start, for the stats.
  uint64_t taken_ = 0;
  uint64_t broken_off_ = 0;
};

/// Copies the store. To be spawned detached: pieces wait for the disk.
backup_actor::behavior_type
backup(detached_pointer<backup_actor, backup_state> self,
       const store_actor& store, std::shared_ptr<message_store> disk,
       std::shared_ptr<const store_health> health);

} // namespace cafq
