#pragma once

#include "net/transport/client_certificate.hpp"
#include "net/transport/filter.hpp"
#include "net/transport/tls_context.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cafq::transport {

/// What /stats tells about a client's TLS.
struct tls_details {
  /// `TLS1.0` to `TLS1.3`.
  std::string version;
  /// The IANA name, and its number.
  std::string cipher;
  uint16_t cipher_id = 0;
  bool resumed = false;
  /// Of the client's certificate, if it sent one.
  std::string common_name;
};

/// The server's side of TLS. OpenSSL reads from and writes to the buffers of
/// the caller; it never sees a socket.
class tls_stream : public filter {
public:
  explicit tls_stream(const tls_context& context);

  /// Takes what has come of a handshake, and nothing behind it.
  /// @param reply Where to append what the peer is to be sent.
  /// @returns `more` once it is done.
  step handshake(protocol::input_buffer& wire, std::vector<char>& reply);

  step receive(protocol::input_buffer& wire, std::vector<char>& plain,
               std::vector<char>& reply) override;

  [[nodiscard]] bool
  send(std::string_view plain, std::vector<char>& wire) override;

  void close(std::vector<char>& wire) override;

  /// @pre The handshake is done.
  [[nodiscard]] tls_details details() const;

  /// Says what is weak about the certificate of the client, empty if nothing.
  [[nodiscard]] const std::string& weakness() const noexcept {
    return verdict_.weakness;
  }

private:
  struct deleter {
    void operator()(ssl_st* x) const noexcept;
  };

  /// What OpenSSL's calls back work on, valid during a call of ours.
  struct buffers {
    protocol::input_buffer* in = nullptr;
    std::vector<char>* out = nullptr;
  };

  struct bio;

  step outcome(int rc);

  buffers buffers_;
  certificate_verdict verdict_;
  std::unique_ptr<ssl_st, deleter> ssl_;
  step last_ = step::hungry;
};

} // namespace cafq::transport
