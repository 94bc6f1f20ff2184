#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace cafq {

/// Lets the thread that calls it have all the time in the world, next to those
/// that carry messages.
inline void be_patient() {
  constexpr int niceness = 5;
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness);
}

} // namespace cafq
