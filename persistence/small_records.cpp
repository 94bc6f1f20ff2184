#include "persistence/bytes.hpp"
#include "persistence/envelope.hpp"
#include "persistence/records.hpp"

#include <array>

namespace cafq {

namespace {

constexpr uint8_t paused_flag = 1;

/// What topics and channels have in common.
template <class Record>
void put_common(byte_writer& out, const Record& x) {
  out.put(x.queue);
  out.put(static_cast<uint8_t>(x.paused ? paused_flag : 0));
  out.put(x.created_ns);
}

template <class Record>
void get_common(byte_reader& in, Record& x) {
  x.queue = in.get<queue_id>();
  x.paused = (in.get<uint8_t>() & paused_flag) != 0;
  x.created_ns = in.get<int64_t>();
}

} // namespace

std::string encode_progress(std::string_view key, const block_progress& x) {
  // Bitmap without trailing zero bytes, then the sparse attempts.
  constexpr size_t bitmap_bytes = queue::block::max_messages / 8;
  std::array<uint8_t, bitmap_bytes> bitmap{};
  size_t used = 0;
  for (size_t i = 0; i < x.finished.size(); ++i)
    if (x.finished[i]) {
      bitmap[i / 8] = static_cast<uint8_t>(bitmap[i / 8] | (1U << (i % 8)));
      used = i / 8 + 1;
    }
  std::string payload(1 + used + x.attempts.size() * 4, '\0');
  byte_writer out{payload.data()};
  out.put(static_cast<uint8_t>(used));
  for (size_t i = 0; i < used; ++i)
    out.put(bitmap[i]);
  for (auto [index, attempts] : x.attempts) {
    out.put(index);
    out.put(attempts);
  }
  return seal(key, payload);
}

std::optional<block_progress>
decode_progress(std::string_view key, std::string_view value, size_t count) {
  const auto payload = unseal(key, value);
  if (!payload)
    return std::nullopt;
  block_progress result;
  byte_reader in{*payload};
  const size_t used = in.get<uint8_t>();
  if (used * 8 > result.finished.size())
    return std::nullopt;
  for (size_t i = 0; i < used; ++i) {
    const unsigned byte = in.get<uint8_t>();
    for (size_t bit = 0; bit < 8; ++bit)
      result.finished[i * 8 + bit] = ((byte >> bit) & 1U) != 0;
  }
  result.attempts.reserve(in.rest().size() / 4);
  while (in.ok() && !in.rest().empty()) {
    const auto index = in.get<uint16_t>();
    result.attempts.emplace_back(index, in.get<uint16_t>());
    if (index >= count)
      return std::nullopt;
  }
  if (!in.ok() || (result.finished >> count).any())
    return std::nullopt;
  return result;
}

std::string encode_topic(std::string_view key, const topic_record& x) {
  std::string payload(21, '\0');
  byte_writer out{payload.data()};
  put_common(out, x);
  out.put(x.reserved);
  return seal(key, payload);
}

std::optional<topic_record>
decode_topic(std::string_view key, std::string_view value) {
  const auto payload = unseal(key, value);
  if (!payload || key.empty())
    return std::nullopt;
  topic_record result;
  result.name = key.substr(1);
  byte_reader in{*payload};
  get_common(in, result);
  result.reserved = in.get<uint64_t>();
  if (!in.ok())
    return std::nullopt;
  return result;
}

std::string encode_channel(std::string_view key, const channel_record& x) {
  std::string payload(13, '\0');
  byte_writer out{payload.data()};
  put_common(out, x);
  return seal(key, payload);
}

std::optional<channel_record>
decode_channel(std::string_view key, std::string_view value) {
  const auto payload = unseal(key, value);
  const auto zero = key.find('\0');
  if (!payload || zero == std::string_view::npos)
    return std::nullopt;
  channel_record result;
  result.topic = key.substr(1, zero - 1);
  result.name = key.substr(zero + 1);
  byte_reader in{*payload};
  get_common(in, result);
  if (!in.ok())
    return std::nullopt;
  return result;
}

std::string encode_counter(std::string_view key, uint64_t x) {
  std::string payload(sizeof(x), '\0');
  byte_writer{payload.data()}.put(x);
  return seal(key, payload);
}

std::optional<uint64_t>
decode_counter(std::string_view key, std::string_view value) {
  const auto payload = unseal(key, value);
  if (!payload || payload->size() != sizeof(uint64_t))
    return std::nullopt;
  return byte_reader{*payload}.get<uint64_t>();
}

} // namespace cafq
