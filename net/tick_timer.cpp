#include "net/tick_timer.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>

namespace cafq {

void tick_timer::set(queue::time_point when) {
  if (due_ && *due_ <= when)
    return;
  due_ = when;
  const caf::strong_actor_ptr owner{owner_->ctrl()};
  const auto delay = std::max(when - owner_->clock().now(), queue::duration{0});
  // Without a sender: CAF 0.17 leaves the mailbox of a broker that has ended
  // open, and a message in there that names the broker would keep it for ever.
  caf::delayed_anon_send(caf::actor_cast<ticking_actor>(owner), delay,
                         atom::tick_v, ++number_);
}

bool tick_timer::fired(uint64_t number) noexcept {
  if (number != number_)
    return false;
  due_.reset();
  return true;
}

} // namespace cafq
