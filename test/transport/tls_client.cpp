#include "test/transport/tls_client.hpp"

#include "test/transport/tls_files.hpp"

#include <array>
#include <stdexcept>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace cafq::test {

namespace {

[[noreturn]] void fail() {
  const auto code = ERR_get_error();
  const auto* text = ERR_reason_error_string(code);
  throw std::runtime_error(text ? text : "no reason");
}

void must(bool ok) {
  if (!ok)
    fail();
}

} // namespace

void tls_client::ctx_deleter::operator()(ssl_ctx_st* x) const noexcept {
  SSL_CTX_free(x);
}

void tls_client::ssl_deleter::operator()(ssl_st* x) const noexcept {
  SSL_free(x);
}

tls_client::tls_client(const options& how)
  : ctx_(SSL_CTX_new(TLS_client_method())) {
  ERR_clear_error();
  auto* ctx = ctx_.get();
  SSL_CTX_set_security_level(ctx, 0);
  SSL_CTX_set_min_proto_version(ctx, how.min_version);
  SSL_CTX_set_max_proto_version(ctx, how.max_version);
  if (how.verify) {
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, nullptr);
    must(SSL_CTX_load_verify_file(ctx, how.files->path("ca.crt").c_str()) == 1);
  }
  if (!how.certificate.empty()) {
    const auto file = how.files->path(how.certificate);
    must(SSL_CTX_use_certificate_chain_file(ctx, (file + ".crt").c_str()) == 1);
    must(SSL_CTX_use_PrivateKey_file(ctx, (file + ".key").c_str(),
                                     SSL_FILETYPE_PEM)
         == 1);
  }
  ssl_.reset(SSL_new(ctx));
  SSL_set_connect_state(ssl_.get());
  SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  if (how.session)
    must(SSL_set_session(ssl_.get(), how.session) == 1);
}

tls_client::~tls_client() = default;

bool tls_client::shake_hands() {
  ERR_clear_error();
  const auto rc = SSL_do_handshake(ssl_.get());
  if (rc != 1 && SSL_get_error(ssl_.get(), rc) != SSL_ERROR_WANT_READ)
    fail();
  return rc == 1;
}

void tls_client::send(std::string_view plain) {
  must(SSL_write(ssl_.get(), plain.data(), static_cast<int>(plain.size()))
       == static_cast<int>(plain.size()));
}

void tls_client::close() {
  SSL_shutdown(ssl_.get());
}

void tls_client::update_keys() {
  must(SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED) == 1);
  shake_hands();
}

void tls_client::renegotiate() {
  must(SSL_renegotiate(ssl_.get()) == 1);
  shake_hands();
}

std::string tls_client::receive() {
  std::string result;
  std::array<char, 4096> buffer{};
  for (;;) {
    ERR_clear_error();
    const auto n = SSL_read(ssl_.get(), buffer.data(),
                            static_cast<int>(buffer.size()));
    if (n > 0) {
      result.append(buffer.data(), static_cast<size_t>(n));
      continue;
    }
    const auto why = SSL_get_error(ssl_.get(), n);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_ZERO_RETURN)
      return result;
    fail();
  }
}

bool tls_client::ended() const {
  return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

void tls_client::feed(std::string_view wire) {
  must(BIO_write(SSL_get_rbio(ssl_.get()), wire.data(),
                 static_cast<int>(wire.size()))
       == static_cast<int>(wire.size()));
}

std::string tls_client::output() {
  auto* bio = SSL_get_wbio(ssl_.get());
  std::string result(BIO_ctrl_pending(bio), '\0');
  if (!result.empty())
    BIO_read(bio, result.data(), static_cast<int>(result.size()));
  return result;
}

std::string tls_client::version() const {
  return SSL_get_version(ssl_.get());
}

bool tls_client::resumed() const {
  return SSL_session_reused(ssl_.get()) == 1;
}

ssl_session_st* tls_client::session() const {
  return SSL_get1_session(ssl_.get());
}

} // namespace cafq::test
