#include "tools/cafq/bench/consumer.hpp"

#include <utility>

namespace cafq::bench {

consumer::consumer(event_loop& loop, tool::connection opened,
                   const finish_options& with, sink on_message)
  : nsq_load(loop, std::move(opened)),
    finish_(with),
    on_message_(std::move(on_message)) {
  // nop
}

void consumer::ready(std::uint64_t rdy) {
  tool::append_rdy(output(), rdy);
  flush();
}

void consumer::on_frame(const tool::frame& input) {
  if (input.type == tool::frame_type::message) {
    const auto message = tool::parse_message(input.data);
    on_message_(message, now(), settle(message.id));
  } else if (input.data.starts_with("E_FIN_FAILED")
             || input.data.starts_with("E_REQ_FAILED")) {
    ++refused_;
  } else {
    tool::throw_if_error(input);
  }
}

consumer::verdict consumer::settle(std::string_view id) {
  if (finish_.none)
    return verdict::kept;
  requeue_due_ += finish_.requeue_share;
  if (requeue_due_ >= 1) {
    requeue_due_ -= 1;
    tool::append_req(output(), id, finish_.requeue_delay);
    return verdict::requeued;
  }
  tool::append_fin(output(), id);
  return verdict::finished;
}

} // namespace cafq::bench
