#pragma once

#include "tools/cafq/endpoint.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace cafq::tool {

inline constexpr auto default_http_address = "127.0.0.1:4151";

/// What a broker answered over HTTP.
struct http_reply {
  unsigned status = 0;
  std::string body;
};

/// Sends one request without a body over a connection of its own.
/// @throws error when nobody answers, or no HTTP.
[[nodiscard]] http_reply
http_request(const endpoint& where, std::string_view method,
             std::string_view target);

/// Fetches an answer that may be larger than memory.
/// @param to Gets the body piece by piece.
/// @throws error with the broker's own word when it is not 200, or when it is
///         broken off.
void http_download(const std::string& address, std::string_view method,
                   std::string_view target,
                   const std::function<void(std::string_view)>& to);

/// Returns what an answer that is no success says in words.
[[nodiscard]] std::string reason(const http_reply& reply);

/// The same, but takes only 200 for an answer.
/// @throws error with the broker's own word otherwise.
[[nodiscard]] std::string
http_fetch(const std::string& address, std::string_view method,
           std::string_view target);

} // namespace cafq::tool
