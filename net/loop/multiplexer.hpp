#pragma once

#include "actors/trial.hpp"
#include "net/loop/timed_multiplexer.hpp"
#include "net/loop/turn_watch.hpp"

#include <mutex>
#include <vector>

namespace cafq::net {

/// CAF's multiplexer with cheaper wake-ups. CAF writes one pointer to a pipe
/// for each broker that another thread wakes and reads one per turn of its
/// loop; here those of a burst share one write and one turn (facts: PUB on 50
/// connections rises from 58k to over 91k msg/s).
///
/// Topics and channels that a connection wakes run right here, behind the
/// events of the turn, and not on the pool: nobody has to be woken for a PUB
/// and its OK, and the publishes of all connections read in one turn meet in
/// the topic's mailbox. What takes longer than a millisecond is left to the
/// pool (docs/adr/0004).
///
/// Before it sleeps, it asks for events for a moment more (docs/adr/0005).
class multiplexer : public timed_multiplexer {
public:
  using super = timed_multiplexer;

  explicit multiplexer(caf::actor_system* sys);

  multiplexer(const multiplexer&) = delete;

  multiplexer& operator=(const multiplexer&) = delete;

  ~multiplexer() override;

  void exec_later(caf::resumable* ptr) override;

  void run() override;

private:
  class drain_request;

  /// Handles the events of one turn, which may take a moment to come.
  /// @returns false if none came.
  bool wait_awake();

  void drain_later(const caf::intrusive_ptr<drain_request>& x);

  /// Resumes what other threads have woken, for a millisecond, then in the next
  /// turn.
  void drain();

  /// Likewise for what was woken in this thread.
  void drain_here();

  std::mutex mutex_;
  /// Guarded by `mutex_`; each entry holds a reference.
  std::vector<caf::resumable*> woken_;
  caf::intrusive_ptr<drain_request> drain_request_;
  /// Those that `drain` has not come to; each entry holds a reference.
  std::vector<caf::resumable*> draining_;

  /// What was woken in this turn, by this thread; each entry holds a reference.
  std::vector<caf::resumable*> woken_here_;
  caf::intrusive_ptr<drain_request> drain_here_request_;
  std::vector<caf::resumable*> draining_here_;
  bool in_drain_here_ = false;
  trial busy_wait_;
  turn_watch watch_;
};

} // namespace cafq::net
