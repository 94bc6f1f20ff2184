#pragma once

#include <caf/invoke_message_result.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/stateful_actor.hpp>

#include <cstdint>

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

/// Counts in the one place of CAF that all messages pass. Such an actor is
/// also one whose messages take little time: the event loop runs those it wakes
/// itself (net/multiplexer.hpp). One that may take long is none, as the
/// COLLECTOR.
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
};

/// The first parameter of the function that runs an actor.
template <class Handle, class State>
using counting_pointer
  = caf::stateful_actor<State, counting_actor<typename Handle::base>>*;

/// The same for an actor with sockets.
template <class Handle, class State>
using counting_broker_pointer
  = caf::stateful_actor<State, counting_actor<typename Handle::broker_base>>*;

} // namespace cafq
