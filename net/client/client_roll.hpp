#pragma once

#include "actors/queue/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace cafq {

/// How many clients each address has, on all ports. Who has no address, on a
/// Unix socket, is not counted.
using address_counts = std::map<std::string, size_t, std::less<>>;

/// What is known of one client. The connection tells what the client does, in
/// place: both are on the event loop.
struct client_entry {
  /// Of its actor, for whoever keeps the roll.
  uint64_t id = 0;
  /// How many the address of this one has.
  address_counts::pointer address = nullptr;
  queue::time_point came{};
  /// When it last did something.
  queue::time_point active{};
  /// Whether it has sent a command or request.
  bool spoke = false;
  /// Whether it is owed an answer, or sends what is being waited for.
  bool busy = false;
  /// Whether it would be ended if it did not answer heartbeats.
  bool heartbeats = false;
  /// Whether nothing is waited for but its end.
  bool done = false;
  /// Whether it has one of the places for those who ask for health.
  bool health_only = false;
};

using client_ptr = std::shared_ptr<client_entry>;

/// The clients of a listener. When there are as many as there may be, it knows
/// who goes for somebody new:
///
///   those that are about to go;
///   those that never sent a command and had time to, the oldest first;
///   those that are owed nothing, answer no heartbeats and have been silent for
///   a while, the longest first;
///
/// each from the address that has most. Nobody else goes.
///
/// Knows no actors and closes nothing.
class client_roll {
public:
  /// Who would go is found for all that come within such a time.
  static constexpr auto search_interval = std::chrono::milliseconds{100};

  /// @param counts Those of all rolls of the node.
  /// @param greeting How long a client has for its first command.
  /// @param silence How long one has to be silent to go, later on.
  client_roll(std::shared_ptr<address_counts> counts, queue::duration greeting,
              queue::duration silence)
    : counts_(std::move(counts)), greeting_(greeting), silence_(silence) {
    // nop
  }

  /// Adds somebody new.
  /// @param address Without port; empty on a Unix socket.
  client_ptr add(std::string_view address, queue::time_point now);

  /// Forgets a client, if it is here.
  void remove(const client_ptr& x);

  /// Returns who goes next, null if nobody may.
  [[nodiscard]] client_ptr who_goes(queue::time_point now);

  [[nodiscard]] size_t size() const noexcept {
    return clients_.size();
  }

private:
  [[nodiscard]] bool may_go(const client_entry& x, queue::time_point now) const;
  void search(queue::time_point now);

  std::shared_ptr<address_counts> counts_;
  queue::duration greeting_;
  queue::duration silence_;
  std::unordered_set<client_ptr> clients_;
  /// Those that may go, the first at the end, as of `searched_`.
  std::vector<client_ptr> found_;
  queue::time_point searched_{};
};

} // namespace cafq
