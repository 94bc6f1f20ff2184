#include "actors/queue/consumer_set.hpp"
#include "net/loop/asked_for_memory.hpp"
#include "net/nsq/nsq_connection.hpp"

#include <utility>

// What a client holds of the node's memory, and what becomes of one that holds
// much.

namespace cafq {

namespace {

/// Bytes of publishes that topics have not answered, beyond which no further
/// command of the client is looked at.
constexpr size_t publish_window = size_t{512} * 1024;

/// Bytes of answers that wait for one before them, beyond which no further
/// command is looked at.
constexpr size_t answer_window = size_t{512} * 1024;

/// Bytes of output a client has not taken, beyond which no further command is
/// looked at. Deliveries alone (consumer::window_bytes) do not reach it, so a
/// consumer that is slow to read can still finish its messages.
constexpr size_t output_window = size_t{512} * 1024;

} // namespace

void connection_state::join_memory() {
  share = std::make_unique<client_share>(
    settings->clients, asked_for_memory<connection_actor>(*this));
}

/// Whether there is room for what another command may lead to.
bool connection_state::has_windows() const {
  const auto& all = *settings->clients;
  return open_bytes < all.window(publish_window)
         && slots.bytes() < all.window(answer_window) && !output_full();
}

/// Whether the client has to take what it has been sent before it gets more.
bool connection_state::output_full() const {
  const auto& all = *settings->clients;
  const auto deliveries = all.tight() && channel ? queue::consumer::window_bytes
                                                 : 0;
  return socket.pending() >= all.window(output_window) + deliveries;
}

/// Tells what the client holds now.
void connection_state::account() {
  if (!share)
    return;
  // What claims have room for is counted there.
  share->holds(socket.held() + (large.open() ? 0 : parser->buffered())
               + slots.bytes() + held_bytes + publishes.part_bytes()
               + open_bytes - claimed_bytes + gate.secret().capacity()
               + (topics.size() + published_to.size()) * topic_name_bytes);
}

/// There may be memory for what waits, or others need what is not used.
void connection_state::resume() {
  if (settings->clients->tight())
    socket.shrink();
  go_on();
  account();
}

/// Whether a client without heartbeats holds memory that others need, and
/// nothing came or went since the last time.
bool connection_state::stuck() {
  const auto moved = parser->fed() + socket.sent();
  return std::exchange(last_moved, moved) == moved && share->charged()
         && settings->clients->tight();
}

} // namespace cafq
