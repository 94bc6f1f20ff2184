#include "net/transport/client_certificate.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace cafq::transport {

namespace {

/// What OpenSSL's level 2 wants, and Go does not: RSA of 2,048 bits.
constexpr int enough_bits = 112;

/// A client may give itself any name.
constexpr size_t longest_subject = 256;

struct bio_deleter {
  void operator()(BIO* x) const noexcept {
    BIO_free(x);
  }
};

/// Returns the subject in ASCII, without what could steer a terminal.
std::string subject_of(const X509* x) {
  const std::unique_ptr<BIO, bio_deleter> out{BIO_new(BIO_s_mem())};
  if (!out)
    throw std::bad_alloc{};
  X509_NAME_print_ex(out.get(), X509_get_subject_name(x), 0, XN_FLAG_RFC2253);
  const char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return {text, std::min(static_cast<size_t>(size), longest_subject)};
}

bool signed_with_old_digest(const X509* x) {
  int digest = NID_undef;
  return OBJ_find_sigid_algs(X509_get_signature_nid(x), &digest, nullptr) == 1
         && (digest == NID_sha1 || digest == NID_md5);
}

/// Whether a certificate that had to be verified is signed with SHA-1 or MD5.
bool has_old_digest(X509_STORE_CTX* x) {
  const auto* chain = X509_STORE_CTX_get0_chain(x);
  // Behind these come those that are trusted as they are.
  const auto untrusted = X509_STORE_CTX_get_num_untrusted(x);
  for (int i = 0; i < untrusted && i < sk_X509_num(chain); ++i)
    if (signed_with_old_digest(sk_X509_value(chain, i)))
      return true;
  return false;
}

std::string weakness_of(X509_STORE_CTX* x) {
  const auto* chain = X509_STORE_CTX_get0_chain(x);
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    const auto* one = sk_X509_value(chain, i);
    const auto* key = X509_get0_pubkey(one);
    if (key != nullptr && EVP_PKEY_get_security_bits(key) < enough_bits)
      return "key of " + std::to_string(EVP_PKEY_get_bits(key))
             + " bits in the certificate of " + subject_of(one);
  }
  return {};
}

int verdict_index() {
  static const int result = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr,
                                                 nullptr);
  return result;
}

int verify(X509_STORE_CTX* x, void*) {
  auto* ssl = static_cast<SSL*>(
    X509_STORE_CTX_get_ex_data(x, SSL_get_ex_data_X509_STORE_CTX_idx()));
  // OpenSSL's level bounds keys and digests at once.
  const auto level = SSL_get_security_level(ssl);
  X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(x), 0);
  auto good = X509_verify_cert(x) == 1;
  if (good && level > 0 && has_old_digest(x)) {
    X509_STORE_CTX_set_error(x, X509_V_ERR_CA_MD_TOO_WEAK);
    good = false;
  }
  if (auto* to = static_cast<certificate_verdict*>(
        SSL_get_ex_data(ssl, verdict_index()))) {
    if (good)
      to->weakness = weakness_of(x);
    else if (const auto* shown = X509_STORE_CTX_get0_cert(x))
      to->refusal = std::string{X509_verify_cert_error_string(
                      X509_STORE_CTX_get_error(x))}
                    + " (" + subject_of(shown) + ")";
  }
  return good ? 1 : 0;
}

} // namespace

void verify_clients(ssl_ctx_st* ctx) {
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     nullptr);
  SSL_CTX_set_cert_verify_callback(ctx, &verify, nullptr);
  X509_STORE_set_flags(SSL_CTX_get_cert_store(ctx), X509_V_FLAG_PARTIAL_CHAIN);
}

void keep_verdict(ssl_st* ssl, certificate_verdict* to) {
  if (SSL_set_ex_data(ssl, verdict_index(), to) != 1)
    throw std::bad_alloc{};
}

} // namespace cafq::transport
