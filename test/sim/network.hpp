#pragma once

#include "test/support/fake_network.hpp"

#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <cstddef>
#include <deque>

namespace cafq::sim {

/// The network without sockets, whose actors run in any order that somebody
/// else thinks of.
class network : public test::fake_network {
public:
  using test::fake_network::fake_network;

  network(const network&) = delete;
  network& operator=(const network&) = delete;

  ~network() override {
    for (auto* x : ready_)
      caf::intrusive_ptr_release(x);
  }

  /// Those that have something to do.
  [[nodiscard]] const std::deque<caf::resumable*>& ready() const noexcept {
    return ready_;
  }

  /// Lets one of them take one message.
  void run(size_t which) {
    auto* x = ready_[which];
    ready_.erase(ready_.begin() + static_cast<ptrdiff_t>(which));
    switch (x->resume(this, 1)) {
      case caf::resumable::resume_later:
        exec_later(x);
        break;
      case caf::resumable::done:
      case caf::resumable::awaiting_message:
        caf::intrusive_ptr_release(x);
        break;
      case caf::resumable::shutdown_execution_unit:
        break;
    }
  }

  /// Runs one actor, or what it is time for.
  /// @returns false if there was nothing to run.
  bool work() {
    if (ready_.empty())
      return poll(system().clock().now());
    run(0);
    return true;
  }

protected:
  void exec_later(caf::resumable* x) override {
    switch (x->subtype()) {
      case caf::resumable::io_actor:
      case caf::resumable::function_object:
        ready_.push_back(x);
        break;
      default:
        system().scheduler().enqueue(x);
    }
  }

private:
  std::deque<caf::resumable*> ready_;
};

} // namespace cafq::sim
