#include "test/transport/tls_files.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace cafq::test {

namespace {

constexpr long day = 86400;

void must(bool ok) {
  if (!ok)
    throw std::runtime_error("cannot make a certificate");
}

using file_ptr = std::unique_ptr<FILE, int (*)(FILE*)>;

file_ptr open_file(const std::filesystem::path& file) {
  file_ptr result{std::fopen(file.c_str(), "w"), &std::fclose};
  must(result != nullptr);
  return result;
}

void add_extension(X509* to, int nid, const char* value) {
  auto* x = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
  must(x != nullptr && X509_add_ext(to, x, -1) == 1);
  X509_EXTENSION_free(x);
}

} // namespace

struct tls_files::key_pair {
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;

  explicit key_pair(const certificate_wish& wish, const key_pair* signer)
    : key(wish.rsa_bits > 0 ? EVP_RSA_gen(static_cast<unsigned>(wish.rsa_bits))
                            : EVP_EC_gen("P-256")),
      certificate(X509_new()) {
    must(key != nullptr && certificate != nullptr);
    static long serial = 1;
    auto* x = certificate;
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(x), wish.from * day);
    X509_gmtime_adj(X509_getm_notAfter(x), wish.until * day);
    X509_set_pubkey(x, key);
    add_name(wish.name);
    if (!wish.another_name.empty())
      add_name(wish.another_name);
    const auto& by = signer ? *signer : *this;
    X509_set_issuer_name(x, X509_get_subject_name(by.certificate));
    if (!signer || wish.authority)
      add_extension(x, NID_basic_constraints, "critical,CA:TRUE");
    must(X509_sign(x, by.key, wish.sha1 ? EVP_sha1() : EVP_sha256()) > 0);
  }

  key_pair(const key_pair&) = delete;
  key_pair& operator=(const key_pair&) = delete;

  ~key_pair() {
    X509_free(certificate);
    EVP_PKEY_free(key);
  }

  void add_name(const std::string& name) const {
    const auto* bytes = reinterpret_cast<const unsigned char*>(name.data());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN",
                               MBSTRING_UTF8, bytes,
                               static_cast<int>(name.size()), -1, 0);
  }

  void save(const std::filesystem::path& file) const {
    auto crt = open_file(file.string() + ".crt");
    must(PEM_write_X509(crt.get(), certificate) == 1);
    auto pem = open_file(file.string() + ".key");
    must(PEM_write_PrivateKey(pem.get(), key, nullptr, nullptr, 0, nullptr,
                              nullptr)
         == 1);
  }
};

tls_files::tls_files(const std::string& authority) {
  auto name = (std::filesystem::temp_directory_path() / "cafq-XXXXXX").string();
  must(::mkdtemp(name.data()) != nullptr);
  folder_ = name;
  certificate_wish wish;
  wish.name = authority;
  const auto& x = made_["ca"] = std::make_shared<key_pair>(wish, nullptr);
  x->save(folder_ / "ca");
}

tls_files::~tls_files() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void tls_files::make(const std::string& file, const certificate_wish& wish) {
  const auto& signer = made_.at(wish.signer.empty() ? "ca" : wish.signer);
  const auto x = std::make_shared<key_pair>(wish, signer.get());
  x->save(folder_ / file);
  made_[file] = x;
}

void tls_files::write(const std::string& file, const std::string& text) const {
  std::ofstream{folder_ / file} << text;
}

std::string tls_files::path(const std::string& file) const {
  return (folder_ / file).string();
}

transport::tls_options tls_files::serving(const std::string& file) const {
  transport::tls_options result;
  result.certificate_file = path(file + ".crt");
  result.key_file = path(file + ".key");
  return result;
}

} // namespace cafq::test
