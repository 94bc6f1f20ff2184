#pragma once

#include "persistence/keys.hpp"
#include "persistence/stored.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// The values of all tables, envelope included. Whatever a decoder gets, it
/// returns nothing rather than something else than was encoded.
namespace cafq {

// -- log
// -----------------------------------------------------------------------

[[nodiscard]] size_t block_record_size(const queue::block& x) noexcept;

/// @param value Has room for `block_record_size(x)` bytes.
void encode_block(std::string_view key, const queue::block& x, char* value);

[[nodiscard]] queue::block_ptr
decode_block(std::string_view key, std::string_view value);

// -- ack
// -----------------------------------------------------------------------

[[nodiscard]] std::string
encode_progress(std::string_view key, const block_progress& x);

/// @param count How many messages the block has.
[[nodiscard]] std::optional<block_progress>
decode_progress(std::string_view key, std::string_view value, size_t count);

// -- defer
// ---------------------------------------------------------------------

[[nodiscard]] std::string
encode_deferred(std::string_view key, const queue::block& x);

/// Number and due time are in the key.
[[nodiscard]] queue::block_ptr
decode_deferred(std::string_view key, std::string_view value);

// -- names
// ---------------------------------------------------------------------

[[nodiscard]] std::string
encode_topic(std::string_view key, const topic_record& x);

[[nodiscard]] std::optional<topic_record>
decode_topic(std::string_view key, std::string_view value);

[[nodiscard]] std::string
encode_channel(std::string_view key, const channel_record& x);

[[nodiscard]] std::optional<channel_record>
decode_channel(std::string_view key, std::string_view value);

// -- meta
// ----------------------------------------------------------------------

[[nodiscard]] std::string encode_counter(std::string_view key, uint64_t x);

[[nodiscard]] std::optional<uint64_t>
decode_counter(std::string_view key, std::string_view value);

} // namespace cafq
