#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cafq::config {

/// What a process is for. Each has options of its own.
enum class role : uint8_t { broker, lookupd };

/// The name that a daemon was started under. Scripts and test suites that start
/// a `nsqd` or `nsqlookupd`, here a link, read what it says about itself.
enum class program : uint8_t { cafqd, nsqd, cafqlookupd, nsqlookupd };

/// @param path The first argument of main.
[[nodiscard]] program
program_of(std::string_view path, role x = role::broker) noexcept;

[[nodiscard]] role role_of(program x) noexcept;

/// What we call the daemon, whatever it was started as.
[[nodiscard]] std::string_view own_name(role x) noexcept;

[[nodiscard]] std::string_view to_string(program x) noexcept;

/// Our own version, as in CMakeLists.txt: `0.1.0`.
[[nodiscard]] std::string_view version() noexcept;

/// The nsqd whose behaviour we have, for clients that ask: `1.3.0`.
[[nodiscard]] std::string_view nsqd_version() noexcept;

/// `cafqd v0.1.0 (stands for nsqd v1.3.0)`, or in the shape of nsqd's
/// `nsqd v1.3.0 (built w/cafqd-0.1.0)`.
[[nodiscard]] std::string version_line(program x = program::cafqd);

} // namespace cafq::config
