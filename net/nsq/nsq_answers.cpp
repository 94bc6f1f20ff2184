#include "net/nsq/nsq_connection.hpp"
#include "net/protocol/errors.hpp"
#include "net/protocol/frame.hpp"

#include <algorithm>
#include <utility>

// What topics and channels send to a connection.

namespace cafq {

namespace {

std::string failure_text(settling command, const protocol::message_id& id,
                         queue::settled why) {
  const auto reason = why == queue::settled::not_owner
                        ? protocol::not_owner
                        : protocol::not_in_flight;
  switch (command) {
    case settling::fin:
      return protocol::fin_failed(id, reason).text;
    case settling::req:
      return protocol::req_failed(id, reason).text;
    case settling::touch:
      return protocol::touch_failed(id, reason).text;
  }
  return {};
}

} // namespace

void connection_state::deliver(const delivery& x) {
  if (ending())
    return;
  for (const auto& part : x.runs) {
    for (size_t i = part.first; i < size_t{part.first} + part.count; ++i) {
      const auto message = part.body->message(i);
      protocol::append_message(
        socket.frames(), message.timestamp_ns, part.attempts,
        protocol::make_id(settings->node_id, message.number), message.body);
    }
  }
  if (x.report != 0)
    socket.report_when_sent(x.report);
  flush();
}

void connection_state::accepted(ticket t) {
  slots.resolve(t);
  settled_put(t);
  answer();
  go_on();
}

void connection_state::refused(ticket t, const std::string& why) {
  slots.refuse(t, why);
  settled_put(t);
  // It lies behind the publish that failed.
  stalled.reset();
  end_input();
  answer();
}

void connection_state::failed(ticket t, const failures* list) {
  std::vector<char> frames;
  if (list) {
    for (const auto& x : list->list) {
      const auto id = protocol::make_id(settings->node_id, x.number);
      const auto text = failure_text(list->command, id, x.why);
      log_error(text);
      protocol::append_error(frames, text);
    }
  }
  const std::string_view bytes{frames.data(), frames.size()};
  if (t != 0)
    slots.resolve(t, bytes);
  else
    socket.append(bytes);
  answer();
  go_on();
}

void connection_state::down(const caf::actor_addr& who) {
  if (channel && channel.address() == who) {
    // Deleted, or the node stops: nsqd closes without a frame.
    channel = nullptr;
    abort();
    return;
  }
  topics.forget_if([&](const topic_actor& x) { return x.address() == who; });
  std::vector<ticket> lost;
  for (const auto& x : open_puts)
    if (x.topic == who)
      lost.push_back(x.t);
  for (auto t : lost)
    refused(t, std::string{protocol::exiting});
}

void connection_state::settled_put(ticket t) {
  const auto i = std::find_if(open_puts.begin(), open_puts.end(),
                              [t](const auto& x) { return x.t == t; });
  if (i == open_puts.end())
    return;
  open_bytes -= i->bytes;
  if (i->claim)
    claimed_bytes -= i->bytes;
  open_puts.erase(i);
}

} // namespace cafq
