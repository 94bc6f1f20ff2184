#pragma once

#include <string>
#include <string_view>

namespace cafq::auth {

/// Who asks to be let in.
struct question {
  std::string secret;
  /// Empty on a Unix socket.
  std::string remote_ip;
  bool tls = false;
  /// Of the client's certificate, if it showed one.
  std::string common_name;
};

/// Returns where an auth server is asked.
/// @param address `host:port`, or a URL.
[[nodiscard]] std::string url_of(std::string_view address);

/// Returns the question as the query of a URL, without the `?`.
[[nodiscard]] std::string to_query(const question& x);

/// Returns the question as the JSON that a POST carries.
[[nodiscard]] std::string to_json(const question& x);

} // namespace cafq::auth
