#include "net/loop/tick_timer.hpp"

#include "net/loop/loop_timers.hpp"

#include <caf/io/network/multiplexer.hpp>

#include <cassert>

namespace cafq {

tick_timer::~tick_timer() {
  if (is_linked())
    all_->cancel(*this);
}

void tick_timer::set(queue::time_point when) {
  if (is_linked() && due_ <= when)
    return;
  if (!all_)
    all_ = dynamic_cast<loop_timers*>(&owner_->backend());
  assert(all_ != nullptr);
  all_->set(*this, when);
}

} // namespace cafq
