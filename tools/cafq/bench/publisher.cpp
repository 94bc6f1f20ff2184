#include "tools/cafq/bench/publisher.hpp"

#include "tools/cafq/error.hpp"

#include <algorithm>
#include <utility>

namespace cafq::bench {

publisher::publisher(event_loop& loop, tool::connection opened,
                     command_template command, ack_log& acks)
  : load_connection(loop, std::move(opened)),
    command_(std::move(command)),
    acks_(acks) {
  // nop
}

void publisher::publish(const body_header& header, time_point due) {
  queue(command_.stamp(header));
  sent_.push_back(due);
  ++acks_.unanswered;
}

void publisher::on_frame(const tool::frame& input) {
  tool::throw_if_error(input);
  if (sent_.empty())
    throw tool::error("the broker answered what was not asked");
  const auto took = std::max(now() - sent_.front(), duration{0});
  sent_.pop_front();
  acks_.latency.record(static_cast<std::uint64_t>(took.count()));
  acks_.messages += command_.batch();
  --acks_.unanswered;
}

} // namespace cafq::bench
