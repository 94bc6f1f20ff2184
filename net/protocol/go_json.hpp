#pragma once

#include <string>
#include <string_view>

namespace cafq::protocol {

/// Appends a JSON string as Go writes it: safe to stand in HTML, and what is
/// not UTF-8 becomes U+FFFD.
void append_go_json(std::string& out, std::string_view text);

} // namespace cafq::protocol
