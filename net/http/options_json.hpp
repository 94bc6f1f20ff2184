#pragma once

#include "config/options.hpp"
#include "net/http/response.hpp"

#include <cstdint>
#include <string_view>

namespace cafq::http {

/// Answers GET /config/<name>.
/// @param name As in nsqd's configuration file.
[[nodiscard]] response
get_option(const config::options& all, std::string_view name);

/// Answers PUT /config/<name>. Only the level of the log can be set.
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
