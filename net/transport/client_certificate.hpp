#pragma once

#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace cafq::transport {

/// What came of looking at the certificate of a client.
struct certificate_verdict {
  /// Why it was refused, with its subject. Empty if it was not.
  std::string refusal;
  /// What is weak about it, with its subject. Empty if nothing is.
  std::string weakness;
};

/// Lets in only clients whose certificate leads to one that the context trusts,
/// as Go's RequireAndVerifyClientCert:
///
/// - what the context trusts may be an authority of any rank, or the client's
///   own certificate;
/// - a key may be of any size, where OpenSSL refuses RSA below 2,048 bits. Who
///   signed it has decided about it; the verdict tells of it;
/// - a signature with SHA-1 or MD5 is refused.
void verify_clients(ssl_ctx_st* ctx);

/// Says where the verdict about the client of a connection goes.
/// @param to Outlives the handshake.
void keep_verdict(ssl_st* ssl, certificate_verdict* to);

} // namespace cafq::transport
