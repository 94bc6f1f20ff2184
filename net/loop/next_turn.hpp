#pragma once

#include "actors/interfaces.hpp"

#include <caf/send.hpp>

#include <utility>

namespace cafq {

/// Lets an actor on an event loop go on with what takes long when all others
/// have had their turn. A message to itself would not do: that is taken in this
/// turn of the loop, and the next, and so on.
class next_turn {
public:
  /// Sends `turn` to the actor in the next turn of its loop, once however often
  /// it is asked for.
  template <class Handle, class Broker>
  void ask(Broker* self) {
    if (!std::exchange(asked_, true))
      self->backend().post(
        [me = Handle{self}] { caf::anon_send(me, atom::turn_v); });
  }

  /// `turn` has come.
  void came() noexcept {
    asked_ = false;
  }

  /// Whether `turn` is to come.
  [[nodiscard]] bool asked() const noexcept {
    return asked_;
  }

private:
  bool asked_ = false;
};

} // namespace cafq
