#include "net/transport/tls_stream.hpp"

#include <algorithm>
#include <memory>
#include <new>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace cafq::transport {

namespace {

/// The plain bytes of one TLS record.
constexpr size_t largest_record = 16384;

static_assert(largest_record <= filter::largest_step);

/// Says in Go's words what clients and logs know from nsqd, the rest in
/// OpenSSL's.
std::string reason_text(unsigned long code) {
  if (ERR_GET_LIB(code) == ERR_LIB_SSL) {
    switch (ERR_GET_REASON(code)) {
      case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
        return "tls: client didn't provide a certificate";
      case SSL_R_WRONG_VERSION_NUMBER:
      case SSL_R_HTTP_REQUEST:
      case SSL_R_HTTPS_PROXY_REQUEST:
        return "tls: first record does not look like a TLS handshake";
      case SSL_R_NO_SHARED_CIPHER:
        return "tls: no cipher suite supported by both client and server";
      default:
        break;
    }
  }
  const auto* text = ERR_reason_error_string(code);
  return text ? std::string{"tls: "} + text : "tls: unknown error";
}

struct free_bytes {
  void operator()(unsigned char* x) const noexcept {
    OPENSSL_free(x);
  }
};

/// Returns the common name of a certificate as UTF-8: all of its bytes, for
/// `billing\0.tenant` is not `billing`, and the last one if there are several,
/// as Go.
std::string common_name_of(const X509* x) {
  const auto* subject = X509_get_subject_name(x);
  int last = -1;
  for (int i = -1;
       (i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) >= 0;)
    last = i;
  if (last < 0)
    return {};
  unsigned char* raw = nullptr;
  const auto size = ASN1_STRING_to_UTF8(
    &raw, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last)));
  const std::unique_ptr<unsigned char, free_bytes> bytes{raw};
  if (size < 0)
    return {};
  return {reinterpret_cast<const char*>(raw), static_cast<size_t>(size)};
}

} // namespace

/// A BIO that hands OpenSSL the caller's buffers. OpenSSL's own memory BIO
/// would copy everything once more and never gives memory back.
struct tls_stream::bio {
  static int read(BIO* self, char* to, size_t size, size_t* got) {
    auto* in = static_cast<buffers*>(BIO_get_data(self))->in;
    BIO_clear_retry_flags(self);
    *got = 0;
    if (!in || in->window().empty()) {
      BIO_set_retry_read(self);
      return 0;
    }
    const auto window = in->window();
    *got = std::min(size, window.size());
    std::copy_n(window.data(), *got, to);
    in->consume(*got);
    return 1;
  }

  static int write(BIO* self, const char* from, size_t size, size_t* taken) {
    auto* out = static_cast<buffers*>(BIO_get_data(self))->out;
    BIO_clear_retry_flags(self);
    *taken = 0;
    if (!out)
      return 0;
    out->insert(out->end(), from, from + size);
    *taken = size;
    return 1;
  }

  static long control(BIO*, int command, long, void*) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }

  static BIO_METHOD* make_method() {
    auto* result = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK,
                                "caller's buffers");
    if (!result)
      throw std::bad_alloc{};
    BIO_meth_set_read_ex(result, &bio::read);
    BIO_meth_set_write_ex(result, &bio::write);
    BIO_meth_set_ctrl(result, &bio::control);
    return result;
  }

  static BIO* make(buffers* on) {
    static BIO_METHOD* const method = make_method();
    auto* result = BIO_new(method);
    if (!result)
      throw std::bad_alloc{};
    BIO_set_data(result, on);
    BIO_set_init(result, 1);
    return result;
  }
};

void tls_stream::deleter::operator()(ssl_st* x) const noexcept {
  SSL_free(x);
}

tls_stream::tls_stream(const tls_context& context)
  : ssl_(context.new_connection()) {
  auto* x = bio::make(&buffers_);
  SSL_set_bio(ssl_.get(), x, x);
  keep_verdict(ssl_.get(), &verdict_);
}

step tls_stream::handshake(protocol::input_buffer& wire,
                           std::vector<char>& reply) {
  if (last_ != step::hungry)
    return last_;
  buffers_ = {&wire, &reply};
  ERR_clear_error();
  const auto rc = SSL_do_handshake(ssl_.get());
  const auto result = rc == 1 ? step::more : outcome(rc);
  buffers_ = {};
  return result;
}

step tls_stream::receive(protocol::input_buffer& wire, std::vector<char>& plain,
                         std::vector<char>& reply) {
  if (last_ != step::hungry)
    return last_;
  // Without this, a step that only finds the beginning of a record would have
  // made room for a whole one.
  if (wire.window().empty() && SSL_has_pending(ssl_.get()) == 0)
    return step::hungry;
  buffers_ = {&wire, &reply};
  const auto start = plain.size();
  plain.resize(start + largest_record);
  ERR_clear_error();
  size_t got = 0;
  const auto rc = SSL_read_ex(ssl_.get(), plain.data() + start, largest_record,
                              &got);
  plain.resize(start + got);
  const auto result = rc == 1 ? step::more : outcome(rc);
  buffers_ = {};
  return result;
}

bool tls_stream::send(std::string_view plain, std::vector<char>& wire) {
  if (plain.empty())
    return true;
  buffers_ = {nullptr, &wire};
  ERR_clear_error();
  size_t taken = 0;
  const auto rc = SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &taken);
  buffers_ = {};
  return rc == 1 && taken == plain.size();
}

void tls_stream::close(std::vector<char>& wire) {
  // OpenSSL does not allow it behind a failure, where an alert has left.
  if (last_ == step::failed || SSL_is_init_finished(ssl_.get()) == 0)
    return;
  buffers_ = {nullptr, &wire};
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  buffers_ = {};
}

tls_details tls_stream::details() const {
  tls_details result;
  auto* ssl = ssl_.get();
  // OpenSSL writes TLSv1.3 and TLSv1.
  std::string_view version{SSL_get_version(ssl)};
  version.remove_prefix(std::min<size_t>(version.size(), 4));
  result.version = "TLS" + std::string{version};
  if (version == "1")
    result.version += ".0";
  if (const auto* x = SSL_get_current_cipher(ssl)) {
    result.cipher = SSL_CIPHER_standard_name(x);
    result.cipher_id = SSL_CIPHER_get_protocol_id(x);
  }
  result.resumed = SSL_session_reused(ssl) == 1;
  if (const auto* x = SSL_get0_peer_certificate(ssl))
    result.common_name = common_name_of(x);
  return result;
}

step tls_stream::outcome(int rc) {
  switch (SSL_get_error(ssl_.get(), rc)) {
    case SSL_ERROR_WANT_READ:
      return step::hungry;
    case SSL_ERROR_ZERO_RETURN:
      return last_ = step::ended;
    default:
      break;
  }
  // Go's words, and the reason that OpenSSL leaves out.
  if (!verdict_.refusal.empty())
    return last_ = fail("tls: failed to verify client certificate: "
                        + verdict_.refusal);
  return last_ = fail(reason_text(ERR_peek_error()));
}

} // namespace cafq::transport
