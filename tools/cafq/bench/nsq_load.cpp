#include "tools/cafq/bench/nsq_load.hpp"

#include <utility>

namespace cafq::bench {

nsq_load::nsq_load(event_loop& loop, tool::connection opened)
  : load_connection(loop, opened.fd()), connection_(std::move(opened)) {
  // nop
}

void nsq_load::receive() {
  connection_.fill();
  now_ = clock::now();
  while (const auto input = connection_.input().next()) {
    if (input->is_heartbeat())
      output() += tool::nop;
    else
      on_frame(*input);
  }
  on_batch_end();
}

} // namespace cafq::bench
