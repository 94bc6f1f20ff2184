#pragma once

#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;

namespace cafq::test {

class tls_files;

/// A client of TLS whose wire is two strings.
class tls_client {
public:
  struct options {
    const tls_files* files = nullptr;
    /// `<certificate>.crt` and `.key` of `files`, none if empty.
    std::string certificate{};
    /// Whether to trust nothing but the authority of `files`.
    bool verify = true;
    /// OpenSSL's numbers; 0 is any.
    int min_version = 0;
    int max_version = 0;
    ssl_session_st* session = nullptr;
  };

  explicit tls_client(const options& how);

  tls_client(const tls_client&) = delete;
  tls_client& operator=(const tls_client&) = delete;

  ~tls_client();

  /// Goes on with the handshake. Throws if it fails.
  /// @returns whether it is done.
  bool shake_hands();

  void send(std::string_view plain);

  /// Sends the message that ends the stream.
  void close();

  /// Asks for new keys, and for the same from the server.
  void update_keys();

  /// Asks for another handshake (up to TLS 1.2).
  void renegotiate();

  /// Returns what the server has sent. Throws if it cannot be decoded.
  std::string receive();

  /// Whether the server has ended its stream in order.
  [[nodiscard]] bool ended() const;

  // The wire.

  void feed(std::string_view wire);
  std::string output();

  [[nodiscard]] std::string version() const;
  [[nodiscard]] bool resumed() const;

  /// Returns what to resume by. The caller owns it.
  [[nodiscard]] ssl_session_st* session() const;

private:
  struct ctx_deleter {
    void operator()(ssl_ctx_st* x) const noexcept;
  };
  struct ssl_deleter {
    void operator()(ssl_st* x) const noexcept;
  };

  std::unique_ptr<ssl_ctx_st, ctx_deleter> ctx_;
  std::unique_ptr<ssl_st, ssl_deleter> ssl_;
};

} // namespace cafq::test
