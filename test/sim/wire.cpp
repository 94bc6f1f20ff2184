#include "test/sim/wire.hpp"

#include "test/sim/network.hpp"

#include <caf/io/accept_handle.hpp>
#include <caf/io/connection_handle.hpp>
#include <caf/io/network/operation.hpp>
#include <caf/io/scribe.hpp>

#include <algorithm>
#include <chrono>

namespace cafq::sim {

using namespace std::chrono_literals;

namespace {

caf::io::connection_handle handle_of(int64_t socket) {
  return caf::io::connection_handle::from_int(socket);
}

} // namespace

wire::wire(peer& owner, int64_t port, int64_t socket, unsigned seed,
           queue::time_point now)
  : owner_(owner), port_(port), socket_(socket), dice_(seed) {
  to_broker_at_ = now + latency();
}

// -- for the client -----------------------------------------------------------

void wire::send(std::string_view bytes, queue::time_point now,
                std::function<void()> read) {
  if (over_ || input_ended_)
    return;
  if (to_broker_.empty())
    to_broker_at_ = std::max(to_broker_at_, now + latency());
  to_broker_ += bytes;
  sent_ += bytes.size();
  if (read)
    marks_.emplace_back(sent_, std::move(read));
}

void wire::reset(network& net) {
  if (!over_)
    break_at_broker(net);
  over_ = true;
}

void wire::half_close(network& net) {
  if (!over_ && !std::exchange(input_ended_, true))
    break_at_broker(net);
}

/// The broker finds that the client sends no more.
void wire::break_at_broker(network& net) {
  to_broker_.clear();
  marks_.clear();
  if (!accepted_) {
    over_ = true;
  } else if (!closed(net)) {
    broken_ = true;
    net.impl_ptr(handle_of(socket_))
      ->io_failure(&net, caf::io::network::operation::read);
  }
}

bool wire::settled(network& net) const {
  return accepted_ && !closed(net) && readable(net)
         && net.virtual_network_buffer(handle_of(socket_)).empty()
         && net.output_buffer(handle_of(socket_)).empty();
}

// -- for the world ------------------------------------------------------------

bool wire::closed(network& net) const {
  return broken_ || net.stopped_reading(handle_of(socket_));
}

bool wire::readable(network& net) const {
  return !net.passive_mode(handle_of(socket_));
}

queue::duration wire::latency() {
  if (dice_.one_in(50))
    return std::chrono::milliseconds{dice_.below(300)};
  return std::chrono::microseconds{dice_.between(20, 2000)};
}

std::optional<queue::time_point> wire::next(network& net) const {
  if (over_)
    return queue::time_point{};
  if (!accepted_)
    return to_broker_at_;
  std::optional<queue::time_point> result;
  const auto has = !to_broker_.empty()
                   || !net.virtual_network_buffer(handle_of(socket_)).empty();
  if (has && readable(net) && !closed(net))
    result = to_broker_at_;
  if ((!net.output_buffer(handle_of(socket_)).empty() || closed(net))
      && (!result || from_broker_at_ < *result))
    result = from_broker_at_;
  return result;
}

void wire::move(network& net, queue::time_point now) {
  if (over_)
    return;
  if (!accepted_) {
    accepted_ = true;
    const auto port = caf::io::accept_handle::from_int(port_);
    net.add_pending_connect(port, handle_of(socket_));
    net.accept_connection(port);
    return;
  }
  if (to_broker_at_ <= now)
    deliver(net, now);
  if (from_broker_at_ <= now)
    take(net, now);
}

/// Lets a piece arrive at the broker.
void wire::deliver(network& net, queue::time_point now) {
  if (closed(net) || !readable(net))
    return;
  auto& arrived = net.virtual_network_buffer(handle_of(socket_));
  const auto size = dice_.one_in(3) && to_broker_.size() > 1
                      ? dice_.between(1, to_broker_.size())
                      : to_broker_.size();
  arrived.insert(arrived.end(), to_broker_.begin(),
                 to_broker_.begin() + static_cast<ptrdiff_t>(size));
  to_broker_.erase(0, size);
  pushed_ += size;
  to_broker_at_ = now + latency();
  net.try_read_data(handle_of(socket_));
  const auto read = pushed_
                    - net.virtual_network_buffer(handle_of(socket_)).size();
  while (!marks_.empty() && marks_.front().first <= read) {
    marks_.front().second();
    marks_.pop_front();
  }
}

/// Lets a piece leave the broker's host.
void wire::take(network& net, queue::time_point now) {
  auto& out = net.output_buffer(handle_of(socket_));
  if (out.empty()) {
    over_ = closed(net);
    return;
  }
  const auto size = dice_.one_in(3) ? dice_.between(1, out.size()) : out.size();
  out.erase(out.begin(), out.begin() + static_cast<ptrdiff_t>(size));
  taken_ += size;
  from_broker_at_ = now + latency();
  if (!closed(net))
    net.impl_ptr(handle_of(socket_))->data_transferred(&net, size, out.size());
  owner_.arrived(size);
  // It may have waited for that.
  look(net, now, false);
}

void wire::look(network& net, queue::time_point now) {
  look(net, now, seen_ == taken_);
}

void wire::look(network& net, queue::time_point now, bool prompt) {
  if (!accepted_ || over_)
    return;
  const auto& out = net.output_buffer(handle_of(socket_));
  if (taken_ + out.size() <= seen_)
    return;
  const auto old = static_cast<size_t>(seen_ - taken_);
  seen_ = taken_ + out.size();
  if (old == 0)
    from_broker_at_ = std::max(from_broker_at_, now + latency());
  const std::string_view bytes{out.data() + old, out.size() - old};
  if (on_written)
    on_written(bytes);
  owner_.written(bytes, prompt);
}

void wire::end() {
  over_ = true;
  if (!std::exchange(told_, true))
    owner_.ended();
}

} // namespace cafq::sim
