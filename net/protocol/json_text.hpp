#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cafq::protocol {

/// Rewrites JSON that Go's decoder takes into JSON that a strict one takes too,
/// with the same meaning for us:
///
/// - what is not UTF-8, and half a surrogate pair in an escape, becomes U+FFFD;
/// - numbers no `double` can hold get fewer digits. They stay numbers that fit
///   no integer.
///
/// @returns Nothing if the text begins with a byte order mark or contains a
/// zero
///   byte. Go takes neither; nlohmann's parser would skip the one and stop at
///   the other.
[[nodiscard]] std::optional<std::string> strict_json(std::string_view text);

} // namespace cafq::protocol
