#include "test/sim/client.hpp"

#include "test/sim/trace.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace cafq::sim {

using namespace std::chrono_literals;

client::client(surroundings& around, const client_plan& how, size_t number)
  : around_(around),
    how_(how),
    number_(number),
    dice_(seed_for(around.plan.seed, "client", number)) {
  next_ = time() + pause();
}

void client::ended() {
  wire_ = nullptr;
  next_ = time() + pause() + std::chrono::milliseconds{dice_.below(500)};
}

queue::duration client::pause() {
  const auto most = static_cast<size_t>(how_.pace / 1us) * 2;
  return std::chrono::microseconds{dice_.between(1, most + 1)};
}

// -- nsq_client ---------------------------------------------------------------

void nsq_client::written(std::string_view bytes, bool prompt) {
  while (!bytes.empty()) {
    const auto space = reader_.space();
    const auto size = std::min(space.size(), bytes.size());
    std::copy_n(bytes.begin(), size, space.begin());
    reader_.commit(size);
    bytes.remove_prefix(size);
    while (const auto x = reader_.next()) {
      // Its length and type stand in front.
      written_ += x->data.size() + 8;
      under_way_.push_back({x->type, std::string{x->data}, prompt, written_});
      if (!x->is_heartbeat())
        produced(under_way_.back());
    }
  }
}

void nsq_client::arrived(size_t bytes) {
  arrived_ += bytes;
  const auto self = wire_;
  while (wire_ == self && !under_way_.empty()
         && under_way_.front().end <= arrived_) {
    const auto x = std::move(under_way_.front());
    under_way_.pop_front();
    if (x.type == tool::frame_type::response && x.data == "_heartbeat_")
      send("NOP\n");
    else
      got(x);
  }
}

void nsq_client::ended() {
  reader_ = tool::frame_reader{};
  under_way_.clear();
  written_ = 0;
  arrived_ = 0;
  client::ended();
}

std::unique_ptr<client>
make_client(surroundings& around, const client_plan& how, size_t number) {
  switch (how.kind) {
    case client_kind::publisher:
      return make_publisher(around, how, number);
    case client_kind::http_publisher:
      return make_http_publisher(around, how, number);
    case client_kind::consumer:
      return make_consumer(around, how, number,
                           around.plan.topics[how.topic].channels[how.channel]);
    case client_kind::oper:
      return make_operator(around, how, number);
  }
  return nullptr;
}

} // namespace cafq::sim
