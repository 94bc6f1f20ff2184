#pragma once

#include "actors/queue/peek.hpp"
#include "actors/queue/store_orders.hpp"
#include "persistence/message_store.hpp"

#include <vector>

/// What the STORE does for a queue, without the actor.
namespace cafq {

/// Stages all that a queue wants done.
void carry_out(message_store& disk, queue_id id, queue::store_orders x);

[[nodiscard]] std::vector<queue::stored_block>
read_blocks(message_store& disk, queue_id id, const queue::read_request& x);

/// Returns the bodies that are asked for, but for damaged ones.
[[nodiscard]] queue::bodies
read_bodies(message_store& disk, queue_id id, const queue::body_request& x);

[[nodiscard]] queue::due_rows
read_due(message_store& disk, queue_id id, const queue::due_request& x);

/// Returns what people see of messages that the queue does not have in memory:
/// as many as wanted, or 4 MB.
[[nodiscard]] queue::peek_page
look_at_rest(message_store& disk, queue_id id, const queue::peek_rest& x);

} // namespace cafq
