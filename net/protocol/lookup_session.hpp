#pragma once

#include "net/protocol/lookup_identity.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace cafq::protocol {

/// What a node says to a nsqlookupd on one connection (protocol V1), and what
/// it makes of the answers:
///
///   greeting  --answer to IDENTIFY-->  ready: REGISTER, UNREGISTER, PING
///
/// Commands do not wait for the answers to earlier ones. An answer is a 4-byte
/// size and so many bytes. Knows no socket: `take_output` is to be sent.
class lookup_session {
public:
  /// Longest answer. nsqd takes `--max-body-size`; those of nsqlookupd 1.3.0
  /// have less than 1 KB.
  static constexpr size_t max_answer = size_t{64} * 1024;

  // -- modifiers --------------------------------------------------------------

  /// Begins a new connection: magic and IDENTIFY.
  void open(const lookup_identity& self);

  /// Takes bytes of the nsqlookupd.
  /// @returns Why the connection is of no use any more, empty if it is.
  [[nodiscard]] std::string received(std::string_view bytes);

  /// @param channel Empty for the topic itself.
  /// @pre ready()
  void announce(std::string_view topic, std::string_view channel);

  /// @param channel Empty for the topic itself.
  /// @pre ready()
  void withdraw(std::string_view topic, std::string_view channel);

  /// @pre ready()
  void ping();

  /// Returns what is to be sent.
  [[nodiscard]] std::string take_output() {
    return std::exchange(output_, {});
  }

  // -- observers --------------------------------------------------------------

  /// Whether the nsqlookupd knows us.
  [[nodiscard]] bool ready() const noexcept {
    return ready_;
  }

  /// @pre ready()
  [[nodiscard]] const lookup_identity& peer() const noexcept {
    return peer_;
  }

  /// Commands without an answer so far.
  [[nodiscard]] size_t unanswered() const noexcept {
    return unanswered_;
  }

  /// Answers of this connection that said there was an error.
  [[nodiscard]] size_t errors() const noexcept {
    return errors_;
  }

private:
  [[nodiscard]] std::string on_answer(std::string_view text);
  void command(std::string_view name, std::string_view topic,
               std::string_view channel);

  std::string output_;
  std::string input_;
  bool ready_ = false;
  size_t unanswered_ = 0;
  size_t errors_ = 0;
  lookup_identity peer_;
};

/// Returns `host:port` for HTTP, empty if it did not say, or said what is no
/// host name and no address.
[[nodiscard]] std::string http_address_of(const lookup_identity& x);

/// The same for TCP.
[[nodiscard]] std::string tcp_address_of(const lookup_identity& x);

} // namespace cafq::protocol
