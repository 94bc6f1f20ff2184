#pragma once

#include "actors/busy_meter.hpp"

#include <caf/detail/sync_request_bouncer.hpp>
#include <caf/error.hpp>
#include <caf/execution_unit.hpp>
#include <caf/invoke_message_result.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/resumable.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace cafq {

/// What an actor has done.
class work_figures {
public:
  /// Returns how many messages it has taken from its mailbox, answers to its
  /// own requests and exit messages included.
  [[nodiscard]] uint64_t handled() const noexcept {
    return handled_;
  }

  /// Returns for which share of the time it runs, if somebody looks.
  /// @pre Called by the actor itself.
  [[nodiscard]] std::optional<float> busy() noexcept {
    return busy_.share(std::chrono::steady_clock::now(), busy_watch::since());
  }

protected:
  /// Runs something, and measures how long that takes if somebody looks.
  template <class F>
  auto measure(F&& f) {
    if (busy_watch::on())
      busy_.enter(std::chrono::steady_clock::now(), busy_watch::since());
    const auto result = f();
    if (busy_.running())
      busy_.leave(std::chrono::steady_clock::now());
    return result;
  }

  work_figures() = default;
  ~work_figures() = default;

  uint64_t handled_ = 0;

private:
  busy_meter busy_;
};

/// Marks an actor whose messages take little time: the event loop runs those it
/// wakes itself (net/loop/multiplexer.hpp).
class runs_on_loop {
protected:
  runs_on_loop() = default;
  ~runs_on_loop() = default;
};

/// Counts in the one place of CAF that all messages pass.
/// @tparam Base An event-based actor or a broker.
template <class Base>
class counting_actor : public Base, public work_figures {
public:
  using Base::Base;
  using Base::consume;

  caf::invoke_message_result consume(caf::mailbox_element& x) override {
    ++handled_;
    return Base::consume(x);
  }

  /// CAF 0.17 does not close the mailbox of a broker that ends: requests in
  /// there would never be answered, and what comes later would stay.
  bool cleanup(caf::error&& why, caf::execution_unit* host) override {
    if (!this->mailbox().closed()) {
      this->mailbox().close();
      this->get_normal_queue().flush_cache();
      this->get_urgent_queue().flush_cache();
      const caf::detail::sync_request_bouncer bounce{why};
      while (this->mailbox().queue().new_round(1000, bounce).consumed_items)
        ;
    }
    return Base::cleanup(std::move(why), host);
  }
};

/// Measures all that it takes from its mailbox at a time: to look at the clock
/// for each message would cost more.
/// @tparam Base An event-based actor.
template <class Base>
class measured_actor : public counting_actor<Base> {
public:
  using counting_actor<Base>::counting_actor;

  caf::resumable::resume_result
  resume(caf::execution_unit* ctx, size_t max_throughput) override {
    return this->measure(
      [&] { return counting_actor<Base>::resume(ctx, max_throughput); });
  }
};

/// Measures each message, as what a socket brings comes without a mailbox.
/// @tparam Base A broker.
template <class Base>
class measured_broker : public counting_actor<Base> {
public:
  using counting_actor<Base>::counting_actor;
  using counting_actor<Base>::consume;

  caf::invoke_message_result consume(caf::mailbox_element& x) override {
    return this->measure([&] { return counting_actor<Base>::consume(x); });
  }
};

/// @tparam Base An event-based actor.
template <class Base>
class quick_actor : public measured_actor<Base>, public runs_on_loop {
public:
  using measured_actor<Base>::measured_actor;
};

/// The first parameter of the function that runs an actor.
template <class Handle, class State>
using counting_pointer
  = caf::stateful_actor<State, quick_actor<typename Handle::base>>*;

/// The same for an actor that may take long and has a thread of its own.
template <class Handle, class State>
using detached_pointer
  = caf::stateful_actor<State, measured_actor<typename Handle::base>>*;

/// The same for an actor with sockets.
template <class Handle, class State>
using counting_broker_pointer
  = caf::stateful_actor<State, measured_broker<typename Handle::broker_base>>*;

} // namespace cafq
