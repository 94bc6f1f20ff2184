#include "net/loop/client_socket.hpp"

#include "net/loop/turn_watch.hpp"

#include <caf/io/network/multiplexer.hpp>
#include <caf/io/receive_policy.hpp>
#include <caf/io/scribe.hpp>

#include <algorithm>
#include <utility>

namespace cafq {

namespace {

constexpr size_t largest_read = size_t{64} * 1024;

/// The longest read while memory is short.
constexpr size_t frugal_read = 4096;

/// The longest read while the turns of the event loop are long.
constexpr size_t crowded_read = size_t{16} * 1024;

/// What CAF is given at a time of what the socket does not take: it keeps the
/// memory for good.
constexpr size_t piece_for_caf = 4096;

/// CAF lets only brokers have their sockets' buffers.
struct broker_access : caf::io::abstract_broker {
  using abstract_broker::by_id;

  static std::vector<char>*
  read_buffer(caf::io::abstract_broker& of, caf::io::connection_handle which) {
    const auto find = &broker_access::by_id<caf::io::connection_handle>;
    auto found = (of.*find)(which);
    return found ? &found->rd_buf() : nullptr;
  }
};

} // namespace

void client_socket::open(caf::io::connection_handle handle,
                         size_t smallest_read, sending how) {
  handle_ = handle;
  fd_ = static_cast<int>(handle.id());
  sending_ = how;
  peer_ = real() ? net::remote_end_of(fd_) : net::remote_end{"test", ""};
  smallest_read_ = smallest_read;
  read_size_ = smallest_read;
  read_capacity_ = smallest_read;
  configure_read();
  owner_->ack_writes(handle_, true);
}

// -- input --------------------------------------------------------------------

void client_socket::adapt_read_size(size_t got, bool frugal) {
  answered_ = false;
  const auto crowded = net::crowded.now(std::chrono::steady_clock::now());
  const auto most = frugal    ? frugal_read
                    : crowded ? crowded_read
                              : largest_read;
  auto size = read_size_;
  if (got == size && size < most)
    size = std::min(size * 4, most);
  else if (got < size / 8)
    size = std::max(size / 4, smallest_read_);
  size = std::min(size, most);
  read_capacity_ = std::max(read_capacity_, size);
  if (std::exchange(read_size_, size) != size)
    configure_read();
}

void client_socket::acknowledge() const noexcept {
  if (!answered_ && real() && !peer_.ip.empty())
    net::acknowledge(fd_);
}

void client_socket::configure_read() {
  owner_->configure_read(handle_, caf::io::receive_policy::at_most(read_size_));
}

bool client_socket::set_reading(bool on) {
  if (std::exchange(reading_, on) == on)
    return false;
  if (!on) {
    owner_->halt(handle_);
    return true;
  }
  // CAF loses a trigger that comes in the same turn of its loop as the halt.
  // This object ends with its owner.
  owner_->backend().post(
    [alive = caf::strong_actor_ptr{owner_->ctrl()}, owner = owner_, this] {
      if (owner->alive() && reading_)
        owner->trigger(handle_);
    });
  return true;
}

bool client_socket::outlive_input() {
  const auto again = real() ? net::duplicate(fd_) : -1;
  if (again < 0)
    return false;
  handle_ = owner_->add_scribe(again);
  fd_ = again;
  reading_ = false;
  owner_->ack_writes(handle_, true);
  return true;
}

void client_socket::keep_alive() const noexcept {
  if (real() && !peer_.ip.empty())
    net::keep_alive(fd_);
}

// -- output -------------------------------------------------------------------

bool client_socket::flush() {
  for (auto encoded = false;; encoded = true) {
    if (encoded && wants_turn())
      return true;
    if (filters_ && out_.idle() && !encode())
      return false;
    const auto bytes = out_.ready();
    if (bytes.empty())
      return true;
    answered_ = true;
    const auto direct = sending_ == sending::direct;
    const auto result = direct ? net::send_some(fd_, bytes) : 0;
    // The read side finds out as well, but may not be looking.
    if (result < 0)
      return false;
    const auto sent = static_cast<size_t>(result);
    const auto rest = bytes.substr(sent, direct ? piece_for_caf : bytes.npos);
    if (!rest.empty()) {
      auto& to = owner_->wr_buf(handle_);
      to.insert(to.end(), rest.begin(), rest.end());
      owner_->flush(handle_);
    }
    out_.taken(sent, rest.size());
  }
}

bool client_socket::wants_turn() const noexcept {
  return filters_ && out_.idle() && out_.pending() > 0;
}

/// Turns the frames that wait into bytes of the wire, or some of them.
/// @pre CAF has nothing left to send.
bool client_socket::encode() {
  const auto& frames = out_.frames();
  const auto count = std::min(frames.size(), filters_->most_at_once());
  if (count > 0 && !filters_->send({frames.data(), count}))
    return false;
  if (last_output_ && count == frames.size())
    filters_->close();
  out_.encoded(filters_->output(), count);
  return true;
}

void client_socket::shrink() {
  out_.shrink();
  if (filters_)
    filters_->shrink();
  if (read_capacity_ == smallest_read_ || closed_)
    return;
  read_size_ = read_capacity_ = smallest_read_;
  configure_read();
  auto* buffer = real() ? broker_access::read_buffer(*owner_, handle_)
                        : nullptr;
  if (buffer)
    std::vector<char>(read_size_).swap(*buffer);
}

size_t client_socket::held() const noexcept {
  return read_capacity_ + out_.held() + (filters_ ? filters_->held() : 0);
}

// -- filters ------------------------------------------------------------------

void client_socket::push(std::unique_ptr<transport::filter> x,
                         std::string_view rest) {
  if (!filters_)
    filters_ = std::make_unique<transport::stack>();
  filters_->push(std::move(x), rest);
}

void client_socket::push_tls(std::unique_ptr<transport::tls_stream> x,
                             std::string_view rest) {
  tls_ = x.get();
  push(std::move(x), rest);
  // What was not sent yet is the end of the handshake.
  filters_->output().swap(frames());
}

// -- the end ------------------------------------------------------------------

void client_socket::end_output() {
  net::end_output(fd_);
}

void client_socket::break_off() {
  if (real() && !closed_)
    net::abort_connection(fd_);
  out_.discard();
}

bool client_socket::close() {
  if (std::exchange(closed_, true))
    return false;
  owner_->quit();
  return true;
}

std::string client_socket::own_address() const {
  return real() ? net::local_address(fd_) : "test";
}

} // namespace cafq
