#include "net/transport/tls_context.hpp"

#include "net/transport/client_certificate.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <new>
#include <string_view>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace cafq::transport {

namespace {

// Forward secrecy first; what remains is for clients of TLS 1.2 that lack it.
constexpr const char* ciphers
  = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:AESGCM:AES:"
    "!aNULL:!eNULL:!PSK:!SRP:!DSS:!AESCCM:!AESCCM8";
constexpr const char* ciphers_of_old
  = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:AESGCM:AES:"
    "!aNULL:!eNULL:!PSK:!SRP:!DSS:!AESCCM:!AESCCM8:@SECLEVEL=0";

/// Ties resumed sessions to this server and its rules for clients.
constexpr std::string_view session_context = "cafqd";

/// Returns why OpenSSL failed last.
std::string last_error() {
  const auto code = ERR_peek_last_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code))
    return std::strerror(ERR_GET_REASON(code));
  const auto* text = ERR_reason_error_string(code);
  return text ? text : "unknown error";
}

[[noreturn]] void fail(const std::string& what) {
  throw tls_error(what + ": " + last_error());
}

/// Says why a file cannot be read before OpenSSL does so in its own way.
void check_readable(const std::string& file) {
  if (!std::ifstream{file})
    throw tls_error("open " + file + ": " + std::strerror(errno));
}

/// The certificate is the operator's choice: neither its key nor how it was
/// signed is measured. Everything else is as strict as by default.
int judge_security(const SSL* ssl, const SSL_CTX* ctx, int op, int bits,
                   int nid, void* other, void*) {
  switch (op) {
    case SSL_SECOP_EE_KEY:
    case SSL_SECOP_CA_KEY:
    case SSL_SECOP_CA_MD:
      return 1;
    default:
      break;
  }
  // The default callback is the same for all contexts.
  static const auto usual = [] {
    auto* x = SSL_CTX_new(TLS_server_method());
    auto* result = SSL_CTX_get_security_callback(x);
    SSL_CTX_free(x);
    return result;
  }();
  return usual(ssl, ctx, op, bits, nid, other, nullptr);
}

/// `require` of nsqd: there has to be a certificate, and no more than that.
int accept_any(int, X509_STORE_CTX*) {
  return 1;
}

int to_openssl(tls_options::version x) {
  switch (x) {
    case tls_options::version::tls1_0:
      return TLS1_VERSION;
    case tls_options::version::tls1_1:
      return TLS1_1_VERSION;
    case tls_options::version::tls1_2:
      return TLS1_2_VERSION;
    case tls_options::version::tls1_3:
      break;
  }
  return TLS1_3_VERSION;
}

std::string to_text(const ASN1_TIME* x) {
  tm t{};
  std::array<char, 32> text{};
  if (ASN1_TIME_to_tm(x, &t) == 1)
    std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &t);
  return text.data();
}

/// Whether the certificate is signed with a digest that clients refuse.
bool weakly_signed(const X509* x) {
  int digest = NID_undef;
  if (OBJ_find_sigid_algs(X509_get_signature_nid(x), &digest, nullptr) != 1)
    return false;
  return digest == NID_sha1 || digest == NID_md5;
}

} // namespace

void tls_context::deleter::operator()(ssl_ctx_st* x) const noexcept {
  SSL_CTX_free(x);
}

tls_context::tls_context(const tls_options& options)
  : ctx_(SSL_CTX_new(TLS_server_method())) {
  if (!ctx_)
    fail("SSL_CTX_new");
  ERR_clear_error();
  auto* ctx = ctx_.get();
  SSL_CTX_set_security_callback(ctx, &judge_security);
  SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION
                             | SSL_OP_CIPHER_SERVER_PREFERENCE
                             | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
  // Sessions are resumed by tickets, which clients keep; not by memory here.
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_session_id_context(
    ctx, reinterpret_cast<const unsigned char*>(session_context.data()),
    static_cast<unsigned>(session_context.size()));
  set_versions(options.min_version);
  load_certificate(options);
  set_client_rules(options);
}

ssl_st* tls_context::new_connection() const {
  auto* result = SSL_new(ctx_.get());
  if (!result)
    throw std::bad_alloc{};
  SSL_set_accept_state(result);
  return result;
}

void tls_context::set_versions(tls_options::version least) {
  auto* ctx = ctx_.get();
  const auto old = least < tls_options::version::tls1_2;
  if (SSL_CTX_set_min_proto_version(ctx, to_openssl(least)) != 1
      || SSL_CTX_set_cipher_list(ctx, old ? ciphers_of_old : ciphers) != 1)
    fail("versions and ciphers");
  if (old)
    warnings_.emplace_back("TLS below 1.2 is broken: it lets in SHA-1, and "
                           "OpenSSL's security level is 0 for all clients");
}

void tls_context::load_certificate(const tls_options& options) {
  auto* ctx = ctx_.get();
  check_readable(options.certificate_file);
  check_readable(options.key_file);
  // Without this, OpenSSL asks the terminal for the password of a key.
  SSL_CTX_set_default_passwd_cb(ctx, [](char*, int, int, void*) { return -1; });
  if (SSL_CTX_use_certificate_chain_file(ctx, options.certificate_file.c_str())
      != 1)
    fail(options.certificate_file);
  if (SSL_CTX_use_PrivateKey_file(ctx, options.key_file.c_str(),
                                  SSL_FILETYPE_PEM)
        != 1
      || SSL_CTX_check_private_key(ctx) != 1)
    fail(options.key_file);
  const auto* x = SSL_CTX_get0_certificate(ctx);
  const auto* begin = X509_get0_notBefore(x);
  const auto* end = X509_get0_notAfter(x);
  const auto note = [&](const std::string& text) {
    warnings_.push_back("certificate " + options.certificate_file + " " + text);
  };
  if (X509_cmp_current_time(end) < 0)
    note("expired on " + to_text(end) + "; clients that verify it refuse it");
  if (X509_cmp_current_time(begin) > 0)
    note("is not valid before " + to_text(begin)
         + "; clients that verify it refuse it");
  if (weakly_signed(x))
    note("is signed with SHA-1 or MD5; many clients refuse it");
}

void tls_context::set_client_rules(const tls_options& options) {
  auto* ctx = ctx_.get();
  using policy = tls_options::client_auth;
  if (!options.root_ca_file.empty()) {
    const auto* file = options.root_ca_file.c_str();
    check_readable(options.root_ca_file);
    if (SSL_CTX_load_verify_file(ctx, file) != 1)
      throw tls_error("failed to append certificate to pool"); // nsqd's words
    if (options.policy != policy::none)
      SSL_CTX_set_client_CA_list(ctx, SSL_load_client_CA_file(file));
  } else if (options.policy == policy::require_verify) {
    SSL_CTX_set_default_verify_paths(ctx);
  }
  ERR_clear_error();
  if (options.policy == policy::require)
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       &accept_any);
  else if (options.policy == policy::require_verify)
    verify_clients(ctx);
}

} // namespace cafq::transport
