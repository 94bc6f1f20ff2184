#pragma once

#include "actors/payloads.hpp"
#include "actors/queue/channel_queue.hpp"
#include "actors/queue/number_source.hpp"

#include <cstddef>

namespace cafq {

/// Bytes of held messages that go to the channels at a time: what moves is one
/// transaction, whose pages take memory, those of each channel's copy.
/// @pre There is a channel.
[[nodiscard]] size_t bytes_to_move(size_t channels);

/// Takes the next messages out of a topic's queue: ready ones first, then those
/// that are deferred. What they become gets new numbers. A channel tells by
/// them what in the store is still to be put: of what was put, the highest
/// number is the last, and after a start all that is there is below the next.
/// @param most Bytes; the last message may exceed them.
/// @returns `nullptr` if there is nothing in memory that may move, or there are
///          no numbers for it.
[[nodiscard]] batch_ptr take_held(queue::channel_queue& from,
                                  queue::number_source& numbers, size_t most);

} // namespace cafq
