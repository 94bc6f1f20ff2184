#include "persistence/envelope.hpp"

#include "persistence/bytes.hpp"
#include "persistence/crc32c.hpp"

namespace cafq {

namespace {

uint32_t checksum(std::string_view key, std::string_view value) noexcept {
  auto crc = crc32c(key);
  crc = crc32c(value.substr(0, 1), crc);
  return crc32c(value.substr(envelope_size), crc);
}

} // namespace

void seal_in_place(std::string_view key, char* value, size_t size) noexcept {
  byte_writer out{value};
  out.put(record_version);
  out.put(checksum(key, {value, size}));
}

std::string seal(std::string_view key, std::string_view payload) {
  std::string result(envelope_size, '\0');
  result += payload;
  seal_in_place(key, result.data(), result.size());
  return result;
}

std::optional<std::string_view>
unseal(std::string_view key, std::string_view value) noexcept {
  byte_reader in{value};
  const auto version = in.get<uint8_t>();
  const auto crc = in.get<uint32_t>();
  if (!in.ok() || version != record_version || crc != checksum(key, value))
    return std::nullopt;
  return in.rest();
}

} // namespace cafq
