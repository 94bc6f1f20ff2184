#pragma once

#include "actors/queue/time.hpp"

namespace cafq {

/// Returns what to add now to the time since the epoch of the actors' clock to
/// get the time since the Unix epoch. It changes when somebody sets the wall
/// clock, and hardly otherwise.
[[nodiscard]] queue::duration unix_offset_now();

} // namespace cafq
