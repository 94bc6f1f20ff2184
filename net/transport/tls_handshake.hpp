#pragma once

#include "net/protocol/input_buffer.hpp"
#include "net/transport/tls_stream.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cafq::transport {

/// The way to a TLS connection. A step may need a private key, which takes
/// milliseconds, so another thread takes it than the one that has the socket:
///
///   feed --> begin_step --> [ step, elsewhere ] --> end_step --> state
///
/// All but `step`, `refuse` and `wanted` is for the thread of the socket.
class tls_handshake {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit tls_handshake(const tls_context& context)
    : stream_(std::make_unique<tls_stream>(context)) {
    // nop
  }

  /// Adds bytes of the client, at any time.
  void feed(std::string_view bytes) {
    arrived_.append(bytes);
  }

  /// Gets ready for a step.
  /// @returns false if there is none to be taken: nothing came, it is over, or
  ///   the last one is not.
  [[nodiscard]] bool begin_step(time_point now);

  /// Takes the step.
  void step();

  /// Takes none: it would be too late.
  void refuse();

  /// The step was taken.
  void end_step() noexcept {
    stepping_ = false;
  }

  [[nodiscard]] bool stepping() const noexcept {
    return stepping_;
  }

  /// When the step was asked for.
  [[nodiscard]] time_point begun() const noexcept {
    return begun_;
  }

  /// Whether it is the first step, which the client can best do without.
  [[nodiscard]] bool first_step() const noexcept {
    return steps_ == 1;
  }

  /// Nobody waits for it any more.
  void give_up() noexcept {
    wanted_ = false;
  }

  [[nodiscard]] bool wanted() const noexcept {
    return wanted_;
  }

  // -- between steps ----------------------------------------------------------

  /// `more` when it is done.
  [[nodiscard]] transport::step state() const noexcept {
    return state_;
  }

  /// Says what failed.
  [[nodiscard]] const std::string& error() const noexcept {
    return error_;
  }

  /// Returns what the client is to be sent.
  [[nodiscard]] std::vector<char> take_reply() {
    return std::exchange(reply_, {});
  }

  /// Returns what goes on from here.
  /// @pre It is done.
  [[nodiscard]] std::unique_ptr<tls_stream> take_stream() {
    return std::move(stream_);
  }

  /// Returns what the client has sent behind it.
  /// @pre It is done.
  [[nodiscard]] std::string_view rest();

private:
  std::unique_ptr<tls_stream> stream_;
  std::string arrived_;
  protocol::input_buffer input_;
  std::vector<char> reply_;
  std::string error_;
  transport::step state_ = transport::step::hungry;
  unsigned steps_ = 0;
  time_point begun_{};
  bool stepping_ = false;
  std::atomic<bool> wanted_ = true;
};

using handshake_ptr = std::shared_ptr<tls_handshake>;

} // namespace cafq::transport
