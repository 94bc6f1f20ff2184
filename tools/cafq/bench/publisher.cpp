#include "tools/cafq/bench/publisher.hpp"

#include <utility>

namespace cafq::bench {

publisher::publisher(event_loop& loop, tool::connection opened,
                     publish_window window)
  : nsq_load(loop, std::move(opened)), window_(std::move(window)) {
  // nop
}

void publisher::publish(time_point due) {
  window_.publish(output(), due);
}

void publisher::refill(time_point at) {
  window_.refill(output(), at);
  flush();
}

void publisher::on_frame(const tool::frame& input) {
  tool::throw_if_error(input);
  window_.answered(now());
}

void publisher::on_batch_end() {
  window_.refill(output(), now());
}

} // namespace cafq::bench
