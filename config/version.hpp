#pragma once

#include <string>
#include <string_view>

namespace cafq::config {

/// Our own version, as in CMakeLists.txt: `0.1.0`.
[[nodiscard]] std::string_view version() noexcept;

/// The nsqd whose behaviour we have, for clients that ask: `1.3.0`.
[[nodiscard]] std::string_view nsqd_version() noexcept;

/// `cafqd v0.1.0 (stands for nsqd v1.3.0)`.
[[nodiscard]] std::string version_line();

} // namespace cafq::config
