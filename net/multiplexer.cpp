#include "net/multiplexer.hpp"

#include <thread>

namespace cafq::net {

/// Travels through CAF's pipe in place of the actors that were woken.
class multiplexer::drain_request
  : public caf::io::network::multiplexer::runnable {
public:
  explicit drain_request(multiplexer* parent) noexcept : parent_(parent) {
    // nop
  }

  resume_result resume(caf::execution_unit*, size_t) override {
    parent_->drain();
    return done;
  }

private:
  multiplexer* parent_;
};

multiplexer::multiplexer(caf::actor_system* sys) : super(sys) {
  // nop
}

multiplexer::~multiplexer() {
  // Actors that ended while they were in line. They are not cleaned up again:
  // that needs CAF's clock, whose thread has ended by now.
  for (auto* ptr : woken_)
    caf::intrusive_ptr_release(ptr);
}

void multiplexer::exec_later(caf::resumable* ptr) {
  const auto kind = ptr->subtype();
  const auto ours = kind == caf::resumable::io_actor
                    || kind == caf::resumable::function_object;
  if (!ours || std::this_thread::get_id() == thread_id()) {
    super::exec_later(ptr);
    return;
  }
  bool first = false;
  {
    const std::lock_guard guard{mutex_};
    first = woken_.empty();
    woken_.push_back(ptr);
  }
  if (first)
    super::exec_later(new drain_request(this));
}

void multiplexer::drain() {
  {
    const std::lock_guard guard{mutex_};
    draining_.swap(woken_);
  }
  for (auto* ptr : draining_)
    resume(caf::intrusive_ptr<caf::resumable>{ptr, false});
  draining_.clear();
}

} // namespace cafq::net
