#pragma once

#include <caf/actor_addr.hpp>

#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace cafq {

/// Which clients want to hear of the end of which topics and channels. Many
/// clients, which come and go, share one monitor: with CAF 0.17 each would
/// leave its own behind, or look for it among those of all others.
///
/// Numbers are ids of actors.
class end_watch {
public:
  /// A client wants to hear of the end of `whom`.
  /// @returns whether it is the first who does.
  bool add(uint64_t client, const caf::actor_addr& whom);

  /// It does not any more.
  /// @returns whether it was the last.
  bool remove(uint64_t client, const caf::actor_addr& whom);

  /// A client has gone.
  /// @returns those of whom nobody wants to hear any more.
  std::vector<caf::actor_addr> forget(uint64_t client);

  /// Whoever has this id has ended.
  /// @returns the clients that want to hear of it, once.
  std::vector<uint64_t> ended(uint64_t whom);

  /// Returns how many actors are watched.
  [[nodiscard]] size_t watched() const noexcept {
    return watched_.size();
  }

private:
  struct entry {
    caf::actor_addr who;
    std::unordered_set<uint64_t> clients;
  };

  std::unordered_map<uint64_t, entry> watched_;
  /// What each client is an entry of; few, as a rule one.
  std::unordered_map<uint64_t, std::vector<uint64_t>> by_client_;
};

} // namespace cafq
