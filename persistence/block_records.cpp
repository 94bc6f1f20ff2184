#include "persistence/bytes.hpp"
#include "persistence/envelope.hpp"
#include "persistence/records.hpp"

#include <array>
#include <span>

namespace cafq {

namespace {

/// Number less the first of the block (4), timestamp (8), attempts (2), size
/// of the body (4).
constexpr size_t entry_size = 18;

/// Timestamp (8), attempts (2).
constexpr size_t deferred_head = 10;

} // namespace

size_t block_record_size(const queue::block& x) noexcept {
  return envelope_size + x.count() * entry_size + x.bytes();
}

void encode_block(std::string_view key, const queue::block& x, char* value) {
  byte_writer out{value + envelope_size};
  const auto first = x.first_number();
  x.each_plain([&](const queue::block& part) {
    for (size_t i = 0; i < part.count(); ++i) {
      const auto message = part.message(i);
      out.put(static_cast<uint32_t>(message.number - first));
      out.put(message.timestamp_ns);
      out.put(message.attempts);
      out.put(static_cast<uint32_t>(message.body.size()));
    }
  });
  x.each_plain([&](const queue::block& part) { out.put(part.all_bodies()); });
  seal_in_place(key, value, block_record_size(x));
}

queue::block_ptr decode_block(std::string_view key, std::string_view value) {
  const auto name = decode_log_key(key);
  const auto payload = unseal(key, value);
  if (!name || !payload || name->count == 0
      || name->count > queue::block::max_messages)
    return nullptr;
  byte_reader in{*payload};
  byte_reader bodies{*payload};
  static_cast<void>(bodies.take(name->count * entry_size));
  std::array<queue::message_view, queue::block::max_messages> messages;
  for (size_t i = 0; i < name->count; ++i) {
    auto& x = messages[i];
    x.number = name->first + in.get<uint32_t>();
    x.timestamp_ns = in.get<int64_t>();
    x.attempts = in.get<uint16_t>();
    x.body = bodies.take(in.get<uint32_t>());
    if (i > 0 && x.number <= messages[i - 1].number)
      return nullptr;
  }
  if (!in.ok() || !bodies.ok() || !bodies.rest().empty())
    return nullptr;
  return queue::block::make(std::span{messages}.first(name->count));
}

std::string encode_deferred(std::string_view key, const queue::block& x) {
  std::string result(envelope_size + deferred_head + x.bytes(), '\0');
  byte_writer out{result.data() + envelope_size};
  out.put(x.timestamp_ns(0));
  out.put(x.attempts(0));
  out.put(x.body(0));
  seal_in_place(key, result.data(), result.size());
  return result;
}

queue::block_ptr decode_deferred(std::string_view key, std::string_view value) {
  const auto name = decode_defer_key(key);
  const auto payload = unseal(key, value);
  if (!name || !payload)
    return nullptr;
  byte_reader in{*payload};
  queue::message_view x;
  x.number = name->message.number;
  x.timestamp_ns = in.get<int64_t>();
  x.attempts = in.get<uint16_t>();
  x.body = in.rest();
  if (!in.ok())
    return nullptr;
  return queue::block::make({&x, 1});
}

} // namespace cafq
