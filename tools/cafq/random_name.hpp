#pragma once

#include <string>
#include <string_view>

namespace cafq::tool {

/// `prefix` and six random decimal digits.
[[nodiscard]] std::string random_name(std::string_view prefix);

} // namespace cafq::tool
