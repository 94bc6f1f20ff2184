#include "tools/cafq/bench/http_publisher.hpp"

#include "tools/cafq/socket_io.hpp"

#include <utility>

namespace cafq::bench {

namespace {

// Answers to publishes are short.
constexpr std::size_t answer_read_size = 16384;

} // namespace

http_publisher::http_publisher(event_loop& loop, tool::unique_fd connected,
                               publish_window window)
  : load_connection(loop, connected.get()),
    fd_(std::move(connected)),
    input_(answer_read_size),
    window_(std::move(window)) {
  // nop
}

void http_publisher::refill(time_point at) {
  window_.refill(output(), at);
  flush();
}

void http_publisher::receive() {
  const auto n = tool::receive_more(fd_.get(), input_);
  const auto now = clock::now();
  for (auto left = replies_.feed({input_.data(), n}); left > 0; --left)
    window_.answered(now);
  window_.refill(output(), now);
}

} // namespace cafq::bench
