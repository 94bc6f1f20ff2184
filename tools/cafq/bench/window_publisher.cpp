#include "tools/cafq/bench/window_publisher.hpp"

#include <utility>

namespace cafq::bench {

window_publisher::window_publisher(event_loop& loop, tool::connection opened,
                                   command_template command, ack_log& acks,
                                   budget& allowed, const settings& with)
  : publisher(loop, std::move(opened), std::move(command), acks),
    allowed_(allowed),
    settings_(with) {
  // nop
}

void window_publisher::refill(time_point at) {
  while (unanswered() < settings_.outstanding && allowed_.take(at)) {
    publish(settings_.header, at);
    settings_.header.value += settings_.batch;
  }
  flush();
}

void window_publisher::on_batch_end() {
  refill(now());
}

} // namespace cafq::bench
