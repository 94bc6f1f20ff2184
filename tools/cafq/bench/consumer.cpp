#include "tools/cafq/bench/consumer.hpp"

#include <utility>

namespace cafq::bench {

consumer::consumer(event_loop& loop, tool::connection opened, std::uint64_t rdy,
                   sink on_body)
  : load_connection(loop, std::move(opened)), on_body_(std::move(on_body)) {
  tool::append_rdy(output(), rdy);
  flush();
}

void consumer::on_frame(const tool::frame& input) {
  if (input.type == tool::frame_type::message) {
    const auto message = tool::parse_message(input.data);
    tool::append_fin(output(), message.id);
    on_body_(message.body, now());
  } else if (input.data.starts_with("E_FIN_FAILED")) {
    ++refused_;
  } else {
    tool::throw_if_error(input);
  }
}

} // namespace cafq::bench
