#pragma once

#include "config/options.hpp"
#include "net/transport/tls_source.hpp"

#include <memory>

namespace cafq {

/// Whether clients have to use TLS: because it is said so, or because they are
/// to show certificates.
[[nodiscard]] bool tls_required(const config::options& x);

/// Loads certificate, key and authorities, with a line in the log for what is
/// doubtful about them.
/// @returns null if the options name no certificate.
/// @throws transport::tls_error in nsqd's words.
[[nodiscard]] std::shared_ptr<transport::tls_source>
load_tls(const config::options& x);

/// Loads the files again for the connections to come. If they are no good, the
/// log says why, and what was loaded before stays.
/// @param source May be null.
void reload_tls(transport::tls_source* source, const config::options& x);

} // namespace cafq
