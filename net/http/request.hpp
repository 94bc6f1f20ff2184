#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace cafq::http {

/// What the head of a request says, as far as we care.
struct request {
  std::string method;
  /// As it came, for the log.
  std::string target;
  /// Decoded.
  std::string path;
  /// As it came: what stands behind the `?`.
  std::string query;
  /// The minor version: HTTP/1.0 or HTTP/1.1.
  int minor = 1;
  bool has_host = false;
  std::string host;
  /// What only browsers send: Origin, any of Sec-Fetch-* (but for the mode
  /// `cors`, which Node sends as well), and Sec-Fetch-Site.
  std::optional<std::string> origin;
  bool from_browser = false;
  std::string fetch_site;
  /// Whether the client can send another request behind this one.
  bool keep_alive = true;
  /// Whether the body only comes when we ask for it.
  bool expects_continue = false;
  /// Nothing if there is no body or its size is not told beforehand.
  std::optional<uint64_t> content_length;
  bool chunked = false;
  /// What `Authorization: Bearer` says; empty without.
  std::string secret;
  /// The tags of what the client has already: If-None-Match.
  std::string has;

  [[nodiscard]] bool has_body() const noexcept {
    return chunked || content_length.value_or(0) > 0;
  }
};

} // namespace cafq::http
