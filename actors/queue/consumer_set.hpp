#pragma once

#include "actors/queue/delivered.hpp"
#include "actors/queue/time.hpp"

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>

namespace cafq::queue {

/// One subscribed client as its channel sees it: what it may still be given.
struct consumer {
  /// Bytes on their way to a client's socket before the channel waits for them
  /// to leave: bounds what a client that does not read can hold in memory.
  static constexpr uint64_t window_bytes = uint64_t{128} * 1024;

  consumer_id id = 0;
  duration msg_timeout{};
  /// What TOUCH gives.
  duration touch_timeout{};
  /// IDENTIFY's sample_rate in percent, 0 = every message.
  int sample_rate = 0;

  /// RDY: how many messages may be in flight.
  size_t rdy = 0;
  size_t in_flight = 0;

  /// Bytes given to the connection, and those it has reported as sent.
  uint64_t given_bytes = 0;
  uint64_t sent_bytes = 0;
  /// Up to where the connection was asked to report.
  uint64_t asked_bytes = 0;

  // Since the subscription, for the stats.
  uint64_t messages = 0;
  uint64_t finished = 0;
  uint64_t requeued = 0;

  /// Returns how many more messages the client may be given now.
  [[nodiscard]] size_t credit() const noexcept {
    if (in_flight >= rdy || given_bytes - sent_bytes >= window_bytes)
      return 0;
    return rdy - in_flight;
  }

  /// Returns how many more bytes it may be given now.
  /// @pre It has credit.
  [[nodiscard]] size_t credit_bytes() const noexcept {
    assert(given_bytes - sent_bytes <= window_bytes);
    return window_bytes - (given_bytes - sent_bytes);
  }

  /// It was given messages.
  /// @param bytes Of their bodies.
  /// @returns what its connection is to report when all of it has left, 0 if
  ///          nothing: half a window is left when the report comes.
  uint64_t gave(size_t count, size_t bytes) noexcept;

  /// Its socket took everything up to so many bytes.
  void took(uint64_t bytes);

  /// It has so many messages no longer.
  /// @pre They were in flight to it.
  void has_less(size_t count);

  /// Whether it is in line for messages; `consumer_set`'s own.
  bool in_line = false;
};

/// The consumers of a channel, served in turn: one that was given messages goes
/// to the end of the line, so that none with credit starves.
class consumer_set {
public:
  /// @pre No consumer has this id.
  consumer& add(const consumer& x);

  /// Removes a consumer; a no-op when there is none.
  /// @returns whether there was one.
  bool remove(consumer_id id);

  /// @returns `nullptr` when there is none.
  [[nodiscard]] consumer* find(consumer_id id);

  /// Puts a consumer in line if it has credit. To be called whenever its credit
  /// may have grown and after it was served.
  void line_up(consumer& x);

  /// Takes the next consumer with credit out of the line.
  /// @returns `nullptr` when no consumer has any.
  [[nodiscard]] consumer* next();

  /// Returns how many stand in line, an upper bound of those with credit.
  [[nodiscard]] size_t waiting() const noexcept {
    return line_.size();
  }

  /// Returns how many more messages all of them may be given now.
  [[nodiscard]] size_t credit() const noexcept;

  /// Whether those stand in line that think so, each once: for tests.
  [[nodiscard]] bool invariant() const;

  [[nodiscard]] size_t size() const noexcept {
    return all_.size();
  }

  [[nodiscard]] auto begin() noexcept {
    return all_.begin();
  }

  [[nodiscard]] auto end() noexcept {
    return all_.end();
  }

  [[nodiscard]] auto begin() const noexcept {
    return all_.begin();
  }

  [[nodiscard]] auto end() const noexcept {
    return all_.end();
  }

private:
  std::unordered_map<consumer_id, consumer> all_;
  std::deque<consumer*> line_;
};

/// An even share of what is ready for all in line, so that one with a large RDY
/// does not take it all; what some could not take is shared again.
class fair_share {
public:
  /// Returns how much the next consumer may be given.
  /// @param ready Messages there are.
  /// @param waiting Consumers in line.
  [[nodiscard]] size_t next(size_t ready, size_t waiting) noexcept;

private:
  size_t turns_ = 0;
  size_t share_ = 0;
};

} // namespace cafq::queue
