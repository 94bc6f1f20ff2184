#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace cafq::transport {

/// The operator's choices for TLS.
struct tls_options {
  enum class version : uint8_t { tls1_0, tls1_1, tls1_2, tls1_3 };

  /// What is asked of clients.
  enum class client_auth : uint8_t {
    none,
    /// A certificate, whoever signed it.
    require,
    /// A certificate that the authorities in `root_ca_file` signed.
    require_verify,
  };

  /// PEM; the certificate first, then those that lead to its authority.
  std::string certificate_file;
  /// PEM, not encrypted.
  std::string key_file;
  /// PEM. Empty: the system's authorities.
  std::string root_ca_file;
  client_auth policy = client_auth::none;
  version min_version = version::tls1_2;
};

/// Options that TLS cannot work with; `what` is the reason alone.
class tls_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Certificate, key and rules that all TLS connections share.
class tls_context {
public:
  /// @throws tls_error
  explicit tls_context(const tls_options& options);

  /// Says what an operator should know about the certificate and the options,
  /// though they work.
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept {
    return warnings_;
  }

  /// Returns the state of a new connection to a client. The caller owns it.
  [[nodiscard]] ssl_st* new_connection() const;

private:
  struct deleter {
    void operator()(ssl_ctx_st* x) const noexcept;
  };

  void load_certificate(const tls_options& options);
  void set_client_rules(const tls_options& options);
  void set_versions(tls_options::version least);

  std::unique_ptr<ssl_ctx_st, deleter> ctx_;
  std::vector<std::string> warnings_;
};

} // namespace cafq::transport
