#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cafq::config {

/// The name that the daemon was started under. Scripts and test suites that
/// start a `nsqd`, here a link, read what it says about itself.
enum class program : uint8_t { cafqd, nsqd };

/// @param path The first argument of main.
[[nodiscard]] program program_of(std::string_view path) noexcept;

[[nodiscard]] std::string_view to_string(program x) noexcept;

/// Our own version, as in CMakeLists.txt: `0.1.0`.
[[nodiscard]] std::string_view version() noexcept;

/// The nsqd whose behaviour we have, for clients that ask: `1.3.0`.
[[nodiscard]] std::string_view nsqd_version() noexcept;

/// `cafqd v0.1.0 (stands for nsqd v1.3.0)`, or in the shape of nsqd's
/// `nsqd v1.3.0 (built w/cafqd-0.1.0)`.
[[nodiscard]] std::string version_line(program x = program::cafqd);

} // namespace cafq::config
