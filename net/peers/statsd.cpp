#include "net/peers/statsd.hpp"

#include "actors/actor_support.hpp"
#include "net/loop/dial.hpp"
#include "net/loop/socket.hpp"

#include <algorithm>
#include <utility>

namespace cafq {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Looking up the name may take this much of the interval; what is not known by
/// then is known for the next report.
constexpr auto connect_patience = seconds{1};

/// How often to look whether there is a socket.
constexpr auto settle_interval = milliseconds{20};

} // namespace

statsd_state::statsd_state(statsd_actor::pointer ptr) : self(ptr) {
  // nop
}

statsd_state::~statsd_state() {
  close();
}

void statsd_state::close() {
  net::close_socket(std::exchange(dialing_, -1));
  net::close_socket(std::exchange(fd_, -1));
}

void statsd_state::tick() {
  const auto now = self->clock().now();
  if (now >= next_report_) {
    gather();
    return;
  }
  if (packets_.empty()) {
    arm(next_report_ - now);
    return;
  }
  if (!connected()) {
    arm(settle_interval);
    return;
  }
  if (fd_ >= 0 && net::send_some(fd_, packets_.front()) < 0)
    failed("cannot send");
  else if (fd_ >= 0)
    ++sent_;
  if (!packets_.empty())
    packets_.pop_front();
  arm(packets_.empty() ? next_report_ - now : pace_);
}

/// Begins a report. Gathering has its own pace.
void statsd_state::gather() {
  packets_.clear();
  close();
  next_report_ = self->clock().now() + settings.interval;
  try {
    dialing_ = net::dial(settings.address, net::dial_type::udp,
                         connect_patience);
  } catch (const net::socket_error& ex) {
    failed(ex.what());
    arm(settings.interval);
    return;
  }
  report_request what;
  what.include_clients = false;
  self->request(settings.collector, caf::infinite, atom::stat_v, what)
    .then([this](const report_ptr& x) { gathered(x); },
          [this](const caf::error&) { arm(settings.interval); });
}

void statsd_state::gathered(const report_ptr& x) {
  auto packets = writer->write(*x);
  packets_.assign(std::make_move_iterator(packets.begin()),
                  std::make_move_iterator(packets.end()));
  const auto time = std::max<queue::duration>(settings.interval - seconds{1},
                                              queue::duration{0});
  pace_ = time / static_cast<int64_t>(std::max<size_t>(packets_.size(), 1));
  tick();
}

/// Says whether it is known what became of the socket.
bool statsd_state::connected() {
  if (dialing_ < 0)
    return true;
  const auto result = net::read_dialed(net::receive_some(dialing_));
  if (!result)
    return false;
  net::close_socket(std::exchange(dialing_, -1));
  fd_ = result->fd;
  if (fd_ < 0)
    failed(result->error);
  return true;
}

void statsd_state::failed(const std::string& why) {
  ++failures_;
  log::error("STATSD: cannot tell {} - {}", settings.address, why);
  packets_.clear();
}

void statsd_state::arm(queue::duration delay) {
  self->delayed_send(self, std::max(delay, queue::duration{0}), atom::tick_v);
}

actor_stat statsd_state::stat() const {
  const auto doing = packets_.empty() ? actor_state::statsd_resting
                     : dialing_ >= 0  ? actor_state::statsd_looking_up
                                      : actor_state::statsd_sending;
  auto result = stat_of(self, doing, settings.address, 0);
  result.figures = statsd_figures{
    .packets = sent_,
    .waiting = packets_.size(),
    .failures = failures_,
  };
  return result;
}

statsd_actor::behavior_type
statsd(counting_pointer<statsd_actor, statsd_state> self,
       statsd_settings settings) {
  log_exceptions(self, "STATSD");
  auto& st = self->state;
  st.settings = std::move(settings);
  st.writer.emplace(st.settings.format);
  self->delayed_send(self, st.settings.interval, atom::tick_v);
  return {
    [self](atom::stat) { return self->state.stat(); },
    [self](atom::tick) { self->state.tick(); },
  };
}

} // namespace cafq
