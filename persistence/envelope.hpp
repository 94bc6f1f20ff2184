#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What every value starts with, since LMDB has no checksums of its own:
///
///   [ version (1) ][ crc32c of key, version and payload (4) ][ payload ]
///
/// With the key in it, a value that turns up under another key is found too.
namespace cafq {

constexpr size_t envelope_size = 5;

/// Of the record inside. To change a record: see docs/STORAGE.md.
constexpr uint8_t record_version = 1;

/// Writes the envelope around a payload that is at `value + envelope_size`.
/// @param size Of the value, envelope included.
void seal_in_place(std::string_view key, char* value, size_t size) noexcept;

[[nodiscard]] std::string seal(std::string_view key, std::string_view payload);

/// Returns the payload unless something is wrong with key or value.
[[nodiscard]] std::optional<std::string_view>
unseal(std::string_view key, std::string_view value) noexcept;

} // namespace cafq
