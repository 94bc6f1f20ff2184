#pragma once

#include "actors/queue/time.hpp"
#include "test/support/seed.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cafq::sim {

class network;

/// Who is at the other end of a `wire`.
class peer {
public:
  virtual ~peer() = default;

  /// The broker has written this; it has not arrived yet.
  /// @param prompt Whether nothing had been waiting to be sent.
  virtual void written(std::string_view bytes, bool prompt) = 0;

  /// So many bytes more have arrived.
  virtual void arrived(size_t bytes) = 0;

  /// The connection has ended; the wire goes away.
  virtual void ended() = 0;
};

/// A connection between a client and the broker. Bytes take their time, arrive
/// in pieces, and may not arrive at all.
class wire {
public:
  /// @param port Where the broker listens.
  /// @param socket The number of its own that it gets.
  wire(peer& owner, int64_t port, int64_t socket, unsigned seed,
       queue::time_point now);

  wire(const wire&) = delete;
  wire& operator=(const wire&) = delete;

  // -- for the client ---------------------------------------------------------

  /// @param read Is called when the broker has read all of it.
  void send(std::string_view bytes, queue::time_point now,
            std::function<void()> read = nullptr);

  /// Ends both directions at once.
  void reset(network& net);

  /// Ends the client's direction; the broker may say what it still has to.
  void half_close(network& net);

  /// Takes nothing until then.
  void stuck_until(queue::time_point when) {
    from_broker_at_ = std::max(from_broker_at_, when);
  }

  /// Whether the broker has read all that it got, and written all it has.
  [[nodiscard]] bool settled(network& net) const;

  // -- for the world ----------------------------------------------------------

  /// Returns when something moves, if nothing else happens.
  [[nodiscard]] std::optional<queue::time_point> next(network& net) const;

  /// Moves what is due.
  void move(network& net, queue::time_point now);

  /// Looks what the broker has written.
  void look(network& net, queue::time_point now);

  /// Is told of it as well.
  std::function<void(std::string_view bytes)> on_written;

  /// Whether the connection is no more.
  [[nodiscard]] bool over() const noexcept {
    return over_;
  }

  /// Tells the client, once.
  void end();

private:
  [[nodiscard]] bool closed(network& net) const;
  [[nodiscard]] bool readable(network& net) const;
  [[nodiscard]] queue::duration latency();
  void deliver(network& net, queue::time_point now);
  void take(network& net, queue::time_point now);
  void look(network& net, queue::time_point now, bool prompt);
  void break_at_broker(network& net);

  peer& owner_;
  int64_t port_;
  int64_t socket_;
  test::dice dice_;
  bool accepted_ = false;
  bool broken_ = false;
  bool input_ended_ = false;
  bool over_ = false;
  bool told_ = false;

  /// What the client has sent and the broker's host has not got.
  std::string to_broker_;
  queue::time_point to_broker_at_;
  uint64_t pushed_ = 0;
  uint64_t sent_ = 0;
  /// What to call when the broker has read so much.
  std::deque<std::pair<uint64_t, std::function<void()>>> marks_;

  queue::time_point from_broker_at_{};
  uint64_t taken_ = 0;
  uint64_t seen_ = 0;
};

} // namespace cafq::sim
