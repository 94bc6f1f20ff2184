#pragma once

#include <string>
#include <string_view>

namespace cafq::protocol {

/// Quotes bytes as Go's `%q`, which nsqd uses for names in error texts.
///
/// Exact for ASCII and for bytes that are not UTF-8. Beyond, Go escapes what
/// Unicode does not call a letter, mark, number, punctuation or symbol. Here
/// that means spaces, format characters, private use, noncharacters and the
/// planes nothing is assigned in; single unassigned code points within the used
/// blocks are approximated as printable.
[[nodiscard]] std::string go_quote(std::string_view bytes);

} // namespace cafq::protocol
