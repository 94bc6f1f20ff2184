#include "persistence/keys.hpp"

#include "persistence/bytes.hpp"

namespace cafq {

namespace {

constexpr size_t log_key_size = 28;
constexpr size_t ack_key_size = 12;
constexpr size_t defer_key_size = 20;

/// Makes signed integers sort as unsigned ones.
constexpr uint64_t sign = uint64_t{1} << 63;

} // namespace

std::string encode(const log_key& x) {
  std::string result(log_key_size, '\0');
  byte_writer out{result.data()};
  out.put(x.id);
  out.put(x.queue);
  out.put(x.count);
  out.put(x.first);
  out.put(x.span);
  return result;
}

std::optional<log_key> decode_log_key(std::string_view bytes) {
  if (bytes.size() != log_key_size)
    return std::nullopt;
  byte_reader in{bytes};
  log_key result;
  result.id = in.get<uint64_t>();
  result.queue = in.get<queue_id>();
  result.count = in.get<uint32_t>();
  result.first = in.get<uint64_t>();
  result.span = in.get<uint32_t>();
  const auto possible = result.id <= last_id && result.count > 0
                        && result.count <= queue::block::max_messages
                        && result.first <= UINT64_MAX - result.span;
  return possible ? std::optional{result} : std::nullopt;
}

std::string encode(const ack_key& x) {
  std::string result(ack_key_size, '\0');
  byte_writer out{result.data()};
  out.put(x.queue);
  out.put(x.id);
  return result;
}

std::optional<ack_key> decode_ack_key(std::string_view bytes) {
  if (bytes.size() != ack_key_size)
    return std::nullopt;
  byte_reader in{bytes};
  ack_key result;
  result.queue = in.get<queue_id>();
  result.id = in.get<uint64_t>();
  return result;
}

std::string encode(const defer_key& x) {
  std::string result(defer_key_size, '\0');
  byte_writer out{result.data()};
  out.put(x.queue);
  out.put(static_cast<uint64_t>(x.message.due_ns) ^ sign);
  out.put(x.message.number);
  return result;
}

std::optional<defer_key> decode_defer_key(std::string_view bytes) {
  if (bytes.size() != defer_key_size)
    return std::nullopt;
  byte_reader in{bytes};
  defer_key result;
  result.queue = in.get<queue_id>();
  result.message.due_ns = static_cast<int64_t>(in.get<uint64_t>() ^ sign);
  result.message.number = in.get<uint64_t>();
  return result;
}

std::string queue_prefix(queue_id queue) {
  std::string result(sizeof(queue), '\0');
  byte_writer{result.data()}.put(queue);
  return result;
}

std::optional<queue_id> queue_of(std::string_view key) {
  byte_reader in{key};
  const auto result = in.get<queue_id>();
  return in.ok() ? std::optional{result} : std::nullopt;
}

std::string damaged_key(queue_id queue, char origin, std::string_view key) {
  return queue_prefix(queue).append(1, origin).append(key);
}

std::string topic_key(std::string_view name) {
  return std::string{"T"}.append(name);
}

std::string channel_key(std::string_view topic, std::string_view name) {
  return std::string{"C"}.append(topic).append(1, '\0').append(name);
}

std::string deferred_count_key(queue_id queue) {
  return "deferred" + queue_prefix(queue);
}

std::string mark_key(std::string_view name) {
  return std::string{"mark "}.append(name);
}

} // namespace cafq
