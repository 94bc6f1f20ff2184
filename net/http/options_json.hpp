#pragma once

#include "config/options.hpp"
#include "net/http/response.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cafq::http {

/// Answers GET /config/<name>.
/// @param name As in nsqd's configuration file.
[[nodiscard]] response
get_option(const config::options& all, std::string_view name);

/// The one option that somebody else knows: DISCOVERY.
inline constexpr std::string_view lookupd_option = "nsqlookupd_tcp_addresses";

/// nsqlookupds a node puts up with: each is an actor, a socket and at times a
/// thread.
inline constexpr size_t most_lookupds = 64;

/// Reads the body of a PUT of addresses: a JSON array of at most
/// `most_lookupds` strings, or null.
/// @returns nothing if it is something else.
[[nodiscard]] std::optional<std::optional<std::vector<std::string>>>
parse_addresses(std::string_view value);

/// Answers GET and PUT of addresses.
[[nodiscard]] response
tell_addresses(const std::optional<std::vector<std::string>>& x);

/// Answers PUT /config/<name>. Only the level of the log can be set here.
[[nodiscard]] response
set_option(const config::options& all, std::string_view name,
           std::string_view value);

/// What GET /info tells beside the options.
struct info_facts {
  /// The real ports; -1 where there is none.
  int http_port = -1;
  int tcp_port = -1;
  /// Unix time in seconds.
  int64_t start_time = 0;
};

/// Answers GET /info.
[[nodiscard]] response
get_info(const config::options& all, const info_facts& facts);

} // namespace cafq::http
