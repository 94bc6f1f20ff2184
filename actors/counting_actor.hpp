#pragma once

#include <caf/detail/sync_request_bouncer.hpp>
#include <caf/error.hpp>
#include <caf/execution_unit.hpp>
#include <caf/invoke_message_result.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/stateful_actor.hpp>

#include <cstdint>
#include <utility>

namespace cafq {

/// How many messages an actor has taken from its mailbox, answers to its own
/// requests and exit messages included.
class handled_counter {
public:
  [[nodiscard]] uint64_t handled() const noexcept {
    return handled_;
  }

protected:
  handled_counter() = default;
  ~handled_counter() = default;

  uint64_t handled_ = 0;
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
class counting_actor : public Base, public handled_counter {
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

/// @tparam Base An event-based actor.
template <class Base>
class quick_actor : public counting_actor<Base>, public runs_on_loop {
public:
  using counting_actor<Base>::counting_actor;
};

/// The first parameter of the function that runs an actor.
template <class Handle, class State>
using counting_pointer
  = caf::stateful_actor<State, quick_actor<typename Handle::base>>*;

/// The same for an actor that may take long and has a thread of its own.
template <class Handle, class State>
using detached_pointer
  = caf::stateful_actor<State, counting_actor<typename Handle::base>>*;

/// The same for an actor with sockets.
template <class Handle, class State>
using counting_broker_pointer
  = caf::stateful_actor<State, counting_actor<typename Handle::broker_base>>*;

} // namespace cafq
