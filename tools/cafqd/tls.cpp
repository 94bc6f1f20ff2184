#include "tools/cafqd/tls.hpp"

#include "config/log.hpp"

#include <string>

namespace cafq {

namespace {

using transport::tls_options;

tls_options::client_auth to_client_auth(config::tls_policy x) {
  switch (x) {
    case config::tls_policy::none:
      return tls_options::client_auth::none;
    case config::tls_policy::require:
      return tls_options::client_auth::require;
    case config::tls_policy::require_verify:
      break;
  }
  return tls_options::client_auth::require_verify;
}

tls_options::version to_version(config::tls_version x) {
  switch (x) {
    case config::tls_version::tls1_0:
      return tls_options::version::tls1_0;
    case config::tls_version::tls1_1:
      return tls_options::version::tls1_1;
    case config::tls_version::tls1_2:
      return tls_options::version::tls1_2;
    case config::tls_version::tls1_3:
      break;
  }
  return tls_options::version::tls1_3;
}

tls_options to_tls_options(const config::options& x) {
  tls_options result;
  result.certificate_file = x.tls_cert;
  result.key_file = x.tls_key;
  result.root_ca_file = x.tls_root_ca_file;
  result.policy = to_client_auth(x.tls_client_auth_policy);
  result.min_version = to_version(x.tls_min_version);
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
  return x.tls_required != config::tls_need::nobody
         || x.tls_client_auth_policy != config::tls_policy::none;
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
