#include "net/transport/snappy_stream.hpp"

#include "net/transport/crc32c.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <snappy.h>

namespace cafq::transport {

namespace {

constexpr size_t header_size = 4;
constexpr size_t crc_size = 4;
constexpr size_t largest_chunk = 65536;
/// snappy::MaxCompressedLength(largest_chunk).
constexpr size_t largest_compressed = 76490;

constexpr uint8_t compressed_data = 0x00;
constexpr uint8_t uncompressed_data = 0x01;
constexpr uint8_t first_skippable = 0x80;
constexpr uint8_t stream_identifier = 0xff;
constexpr std::string_view identifier_text = "sNaPpY";
constexpr std::string_view identifier_chunk{"\xff\x06\x00\x00sNaPpY", 10};

size_t little_endian(std::string_view bytes) noexcept {
  size_t result = 0;
  for (auto i = bytes.size(); i > 0; --i)
    result = result << 8 | static_cast<uint8_t>(bytes[i - 1]);
  return result;
}

void store_little_endian(char* to, size_t value, size_t count) noexcept {
  for (size_t i = 0; i < count; ++i)
    to[i] = static_cast<char>(value >> 8 * i & 0xff);
}

/// Returns the most bytes that a chunk's content may have.
size_t content_limit(uint8_t type) noexcept {
  switch (type) {
    case compressed_data:
      return crc_size + largest_compressed;
    case uncompressed_data:
      return crc_size + largest_chunk;
    default:
      return identifier_text.size();
  }
}

} // namespace

static_assert(largest_chunk <= filter::largest_step);

step snappy_stream::receive(protocol::input_buffer& wire,
                            std::vector<char>& plain, std::vector<char>&) {
  if (failed_)
    return step::failed;
  if (skip_ > 0) {
    const auto n = std::min(skip_, wire.window().size());
    if (n == 0)
      return step::hungry;
    wire.consume(n);
    skip_ -= n;
    return step::more;
  }
  while (wire.window().size() < header_size)
    if (!wire.extend(header_size))
      return step::hungry;
  const auto header = wire.window().substr(0, header_size);
  const auto type = static_cast<uint8_t>(header.front());
  const auto size = little_endian(header.substr(1));
  if (!identified_ && type != stream_identifier)
    return corrupt("no stream identifier");
  if (type >= first_skippable && type != stream_identifier) {
    wire.consume(header_size);
    skip_ = size;
    return step::more;
  }
  if (type > uncompressed_data && type < first_skippable)
    return corrupt("unknown chunk");
  if (size > content_limit(type))
    return corrupt("chunk too big");
  const auto whole = header_size + size;
  while (wire.window().size() < whole)
    if (!wire.extend(whole))
      return step::hungry;
  const auto result = take_chunk(type, wire.window().substr(header_size, size),
                                 plain);
  if (result != step::failed)
    wire.consume(whole);
  return result;
}

step snappy_stream::take_chunk(uint8_t type, std::string_view content,
                               std::vector<char>& plain) {
  if (type == stream_identifier) {
    if (content != identifier_text)
      return corrupt("bad stream identifier");
    identified_ = true;
    return step::more;
  }
  if (content.size() < crc_size)
    return corrupt("chunk too small");
  const auto crc = little_endian(content.substr(0, crc_size));
  const auto data = content.substr(crc_size);
  const auto start = plain.size();
  if (type == uncompressed_data) {
    plain.insert(plain.end(), data.begin(), data.end());
  } else {
    size_t size = 0;
    if (!snappy::GetUncompressedLength(data.data(), data.size(), &size)
        || size > largest_chunk)
      return corrupt("bad size");
    plain.resize(start + size);
    if (!snappy::RawUncompress(data.data(), data.size(),
                               plain.data() + start)) {
      plain.resize(start);
      return corrupt("bad data");
    }
  }
  if (masked_crc32c({plain.data() + start, plain.size() - start}) != crc) {
    plain.resize(start);
    return corrupt("bad checksum");
  }
  return step::more;
}

bool snappy_stream::send(std::string_view plain, std::vector<char>& wire) {
  if (!introduced_)
    wire.insert(wire.end(), identifier_chunk.begin(), identifier_chunk.end());
  introduced_ = true;
  while (!plain.empty()) {
    const auto n = std::min(plain.size(), largest_chunk);
    send_chunk(plain.substr(0, n), wire);
    plain.remove_prefix(n);
  }
  return true;
}

void snappy_stream::send_chunk(std::string_view plain,
                               std::vector<char>& wire) {
  const auto start = wire.size();
  const auto data = start + header_size + crc_size;
  wire.resize(data + snappy::MaxCompressedLength(plain.size()));
  size_t size = 0;
  snappy::RawCompress(plain.data(), plain.size(), wire.data() + data, &size);
  // As nsqd: not worth the client's time below an eighth.
  const auto worth = size < plain.size() - plain.size() / 8;
  if (!worth) {
    size = plain.size();
    std::copy(plain.begin(), plain.end(),
              wire.begin() + static_cast<std::ptrdiff_t>(data));
  }
  wire.resize(data + size);
  wire[start] = static_cast<char>(worth ? compressed_data : uncompressed_data);
  store_little_endian(wire.data() + start + 1, crc_size + size, 3);
  store_little_endian(wire.data() + start + header_size, masked_crc32c(plain),
                      crc_size);
}

step snappy_stream::corrupt(std::string_view what) {
  failed_ = true;
  return fail("snappy: " + std::string{what});
}

} // namespace cafq::transport
