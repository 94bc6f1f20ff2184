#pragma once

#include "net/loop/output.hpp"
#include "net/loop/sending.hpp"
#include "net/loop/socket.hpp"
#include "net/transport/stack.hpp"
#include "net/transport/tls_stream.hpp"

#include <caf/io/abstract_broker.hpp>
#include <caf/io/connection_handle.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cafq {

/// The socket of one client with the filters in front of it, as an actor that
/// speaks some protocol needs it:
///
///   CAF --received--> [ filters ] --> the actor
///   socket or CAF <--flush-- [ filters ] <-- frames() <-- the actor
///
/// Output goes straight to the socket, unless told otherwise; what that does
/// not take goes to CAF, and nothing more before `transferred` has told of it.
/// Reading is on or off, a piece at a time, whose size follows what comes.
/// Knows nothing of commands, time and the reasons to close.
class client_socket {
public:
  /// @param owner The broker that gets the messages of this socket.
  explicit client_socket(caf::io::abstract_broker* owner) noexcept
    : owner_(owner) {
    // nop
  }

  /// Begins.
  /// @param smallest_read What a read takes from a client with little to say.
  void
  open(caf::io::connection_handle handle, size_t smallest_read, sending how);

  // -- input ------------------------------------------------------------------

  /// Fits the size of the next read to that of the last.
  /// @param frugal Whether to do with little memory.
  void adapt_read_size(size_t got, bool frugal);

  /// Nothing is to be sent soon: has the client told that its bytes came,
  /// unless something was sent behind them.
  void acknowledge() const noexcept;

  /// Turns reading on or off.
  /// @returns whether it was the other way before.
  bool set_reading(bool on);

  [[nodiscard]] bool reading() const noexcept {
    return reading_;
  }

  /// Goes on with the half of the socket that sends: the client sends no more,
  /// and CAF gives up the socket then. Reading is off.
  /// @returns false if that is not possible.
  [[nodiscard]] bool outlive_input();

  /// Whether `handle` is this socket's, not one it had before.
  [[nodiscard]] bool is(caf::io::connection_handle handle) const noexcept {
    return handle == handle_;
  }

  /// Has the kernel find out when the other end is gone without a word.
  void keep_alive() const noexcept;

  // -- output -----------------------------------------------------------------

  /// Where to append what is to be sent by `flush`.
  [[nodiscard]] std::vector<char>& frames() noexcept {
    return out_.frames();
  }

  void append(std::string_view bytes) {
    frames().insert(frames().end(), bytes.begin(), bytes.end());
  }

  void append(const std::vector<char>& bytes) {
    append(std::string_view{bytes.data(), bytes.size()});
  }

  /// Sends what the socket takes.
  /// @returns false if the connection is broken.
  [[nodiscard]] bool flush();

  /// Whether `flush` has left some for the next turn, as it takes long.
  [[nodiscard]] bool wants_turn() const noexcept;

  /// CAF has sent so many bytes of what it was given.
  void transferred(size_t count) noexcept {
    out_.gone(count);
  }

  /// Returns the bytes that have not left yet.
  [[nodiscard]] size_t pending() const noexcept {
    return out_.pending() + (filters_ ? filters_->output().size() : 0);
  }

  /// Asks for `value` from `due_report` when all appended so far has left.
  void report_when_sent(uint64_t value) {
    out_.report_when_sent(value);
  }

  [[nodiscard]] std::optional<uint64_t> due_report() {
    return out_.due_report();
  }

  /// Nothing is appended any more; filters are to tell the client.
  void last_output() noexcept {
    last_output_ = true;
  }

  /// Gives back memory that a burst needed. Not while what was read is in use.
  void shrink();

  /// Returns the bytes of memory that the way in and out takes.
  [[nodiscard]] size_t held() const noexcept;

  /// Returns the bytes that have left since the start.
  [[nodiscard]] uint64_t sent() const noexcept {
    return out_.left();
  }

  // -- filters ----------------------------------------------------------------

  [[nodiscard]] bool in_clear() const noexcept {
    return !filters_;
  }

  /// Null as long as everything is in clear.
  [[nodiscard]] transport::stack* filters() noexcept {
    return filters_.get();
  }

  /// Puts a filter between those there are and the actor.
  /// @param rest Bytes that have arrived and are for this one.
  void push(std::unique_ptr<transport::filter> x, std::string_view rest);

  /// Puts TLS around what is there, behind its handshake, the last of which may
  /// still lie in `frames`.
  void
  push_tls(std::unique_ptr<transport::tls_stream> x, std::string_view rest);

  /// Null without TLS.
  [[nodiscard]] const transport::tls_stream* tls() const noexcept {
    return tls_;
  }

  // -- the end ----------------------------------------------------------------

  /// Tells the client that nothing more comes; it can still send.
  void end_output();

  /// Ends both directions at once and forgets what has not left. Or CAF would
  /// keep the socket until its peer takes that.
  void break_off();

  /// Ends the broker, behind what CAF still has to send.
  /// @returns false if that was done before.
  bool close();

  // -- observers --------------------------------------------------------------

  /// Address of the client, with its port.
  [[nodiscard]] const std::string& peer() const noexcept {
    return peer_.address;
  }

  /// Address of the client without its port, empty on a Unix socket.
  [[nodiscard]] const std::string& peer_ip() const noexcept {
    return peer_.ip;
  }

  [[nodiscard]] std::string own_address() const;

  /// Whether there is a real socket.
  [[nodiscard]] bool real() const noexcept {
    return sending_ != sending::without_socket;
  }

private:
  void configure_read();
  [[nodiscard]] bool encode();

  caf::io::abstract_broker* owner_;
  caf::io::connection_handle handle_;
  int fd_ = -1;
  sending sending_ = sending::without_socket;
  bool reading_ = true;
  bool last_output_ = false;
  bool closed_ = false;
  /// Whether something was sent behind the last bytes that came.
  bool answered_ = true;
  size_t smallest_read_ = 0;
  size_t read_size_ = 0;
  /// What the longest read since `shrink` has left.
  size_t read_capacity_ = 0;
  output out_;
  std::unique_ptr<transport::stack> filters_;
  /// One of `filters_`.
  const transport::tls_stream* tls_ = nullptr;
  net::remote_end peer_;
};

} // namespace cafq
