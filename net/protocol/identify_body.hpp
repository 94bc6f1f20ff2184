#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cafq::protocol {

/// What a client may say in IDENTIFY, under the names it uses. Zero, false and
/// empty also stand for what it did not mention.
struct identify_body {
  std::string client_id;
  std::string hostname;
  std::string user_agent;
  bool feature_negotiation = false;
  int64_t heartbeat_interval = 0;
  int64_t output_buffer_size = 0;
  int64_t output_buffer_timeout = 0;
  int32_t sample_rate = 0;
  int64_t msg_timeout = 0;
  bool tls_v1 = false;
  bool snappy = false;
  bool deflate = false;
  int64_t deflate_level = 0;
};

/// Decodes the JSON as Go's `json.Unmarshal` does: keys in any case, the last
/// of several wins, `null` changes nothing, unknown keys are skipped.
/// @returns Nothing where Go reports an error.
[[nodiscard]] std::optional<identify_body>
decode_identify(std::string_view json);

} // namespace cafq::protocol
