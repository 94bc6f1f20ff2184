#pragma once

#include <functional>

namespace cafq {

/// Takes SIGINT, SIGTERM and SIGHUP away from the threads of this process, so
/// that `wait_for_stop` gets them, and ignores all others that would end it but
/// for SIGKILL, SIGQUIT and those of a crash. To be called before any thread
/// starts.
void block_signals();

/// Waits for SIGINT or SIGTERM. Meanwhile each SIGHUP calls `reload`; nsqd dies
/// of it without writing what it holds.
/// @returns the name of the signal.
const char* wait_for_stop(const std::function<void()>& reload);

/// Lets the next SIGINT or SIGTERM end the process on the spot.
void die_on_next_signal();

} // namespace cafq
