#pragma once

#include "net/http/api.hpp"
#include "net/http/response.hpp"
#include "net/http/url.hpp"

#include <optional>
#include <string>
#include <string_view>

/// How the endpoints of both services read what stands behind the `?`.
namespace cafq::http {

/// The answer where that makes no sense.
[[nodiscard]] response invalid_request();

/// Reads a parameter that has to be there and, unless `bad_name` is empty, has
/// to be a name.
/// @returns what is wrong with it, if anything.
[[nodiscard]] std::optional<response>
read_name(const query& parameters, std::string_view key,
          std::string_view missing, std::string_view bad_name, std::string& to);

/// Reads which form of /debug/actors is asked for.
[[nodiscard]] effect to_actors(const request& x);

[[nodiscard]] effect to_metrics();

} // namespace cafq::http
