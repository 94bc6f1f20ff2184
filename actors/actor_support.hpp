#pragma once

#include "actors/counting_actor.hpp"
#include "actors/payloads.hpp"
#include "config/log.hpp"

#include <caf/delegated.hpp>
#include <caf/error.hpp>
#include <caf/scheduled_actor.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>

namespace cafq {

/// Makes an exception in a handler end its actor with a log line, as any other
/// failure would, instead of printing to stderr behind our back.
template <class Self>
void log_exceptions(Self* self, std::string who) {
  self->set_exception_handler(
    [who = std::move(who)](std::exception_ptr& ptr) -> caf::error {
      try {
        std::rethrow_exception(ptr);
      } catch (const std::exception& ex) {
        log::error("{}: failed - {}", who, ex.what());
      } catch (...) {
        log::error("{}: failed - unknown exception", who);
      }
      return caf::sec::runtime_error;
    });
}

namespace detail {

template <class F, class... Ts>
auto one_way(F f, void (F::*)(Ts...) const) {
  return [f = std::move(f)](Ts... xs) -> caf::delegated<void> {
    f(xs...);
    return {};
  };
}

} // namespace detail

/// Makes a handler of a message that nobody waits for an answer to. After one
/// that returns void, CAF makes the promise of an empty answer, and forgets it:
/// some 300 instructions. A request for such a message is never answered.
template <class F>
auto one_way(F f) {
  return detail::one_way(std::move(f), &F::operator());
}

/// Returns the part of a stat that every actor fills alike.
/// @param doing Tells its kind, too: there is no actor without a state.
/// @pre Called by the actor itself: looking at a mailbox changes it.
template <class Self>
actor_stat
stat_of(Self* self, actor_state doing, std::string name, uint64_t parent) {
  actor_stat result;
  result.is(doing);
  result.id = self->id();
  result.parent = parent;
  result.kind = row_of(doing).kind;
  result.name = std::move(name);
  result.mailbox = self->mailbox().size();
  if (auto* x = dynamic_cast<work_figures*>(self)) {
    result.handled = x->handled();
    result.busy = x->busy();
  }
  return result;
}

} // namespace cafq
