#include "tools/cafqd/tls.hpp"

#include "config/log.hpp"

#include <string>

namespace cafq {

namespace {

using transport::tls_options;

tls_options to_tls_options(const config::options& x) {
  tls_options result;
  result.certificate_file = x.tls_cert;
  result.key_file = x.tls_key;
  result.root_ca_file = x.tls_root_ca_file;
  // As nsqd: any other policy asks for no certificate.
  using policy = tls_options::client_auth;
  if (x.tls_client_auth_policy == "require")
    result.policy = policy::require;
  else if (x.tls_client_auth_policy == "require-verify")
    result.policy = policy::require_verify;
  using version = tls_options::version;
  if (x.tls_min_version == "tls1.0")
    result.min_version = version::tls1_0;
  else if (x.tls_min_version == "tls1.1")
    result.min_version = version::tls1_1;
  else if (x.tls_min_version == "tls1.3")
    result.min_version = version::tls1_3;
  return result;
}

transport::tls_source::context_ptr load_context(const config::options& x) {
  auto result
    = std::make_shared<const transport::tls_context>(to_tls_options(x));
  for (const auto& text : result->warnings())
    log::warn("TLS: {}", text);
  return result;
}

} // namespace

bool tls_required(const config::options& x) {
  return x.tls_required != "false" || !x.tls_client_auth_policy.empty();
}

std::shared_ptr<transport::tls_source> load_tls(const config::options& x) {
  if (x.tls_cert.empty() && x.tls_key.empty()) {
    if (tls_required(x))
      throw transport::tls_error("cannot require TLS client connections "
                                 "without TLS key and cert");
    return nullptr;
  }
  try {
    return std::make_shared<transport::tls_source>(load_context(x));
  } catch (const transport::tls_error& ex) {
    throw transport::tls_error(std::string{"failed to build TLS config - "}
                               + ex.what());
  }
}

void reload_tls(transport::tls_source* source, const config::options& x) {
  if (!source) {
    log::info("SIGHUP: nothing to reload");
    return;
  }
  try {
    source->replace(load_context(x));
    log::info("SIGHUP: TLS: new connections get the certificate in {}",
              x.tls_cert);
  } catch (const transport::tls_error& ex) {
    log::error("SIGHUP: TLS: the certificate in use stays - {}", ex.what());
  }
}

} // namespace cafq
