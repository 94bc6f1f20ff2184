#include "tools/cafq/bench/idle_client.hpp"

#include <utility>

namespace cafq::bench {

idle_client::idle_client(event_loop& loop, tool::connection opened,
                         publish_window window, delivery_log& log)
  : nsq_load(loop, std::move(opened)), window_(std::move(window)), log_(log) {
  // nop
}

void idle_client::ready() {
  tool::append_rdy(output(), 1);
  flush();
}

void idle_client::publish(time_point due) {
  window_.publish(output(), due);
  flush();
}

void idle_client::on_frame(const tool::frame& input) {
  if (input.type == tool::frame_type::message) {
    const auto message = tool::parse_message(input.data);
    tool::append_fin(output(), message.id);
    log_.note(message.body, place_, message.attempts);
    return;
  }
  tool::throw_if_error(input);
  window_.answered(now());
}

} // namespace cafq::bench
