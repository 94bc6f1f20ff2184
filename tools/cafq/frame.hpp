#pragma once

#include <cstdint>
#include <string_view>

namespace cafq::tool {

// nsqd/protocol_v2.go: frameTypeResponse, frameTypeError, frameTypeMessage
enum class frame_type : std::uint32_t { response = 0, error = 1, message = 2 };

/// What a broker sends. The data belongs to the reader it came from.
struct frame {
  frame_type type = frame_type::response;
  std::string_view data;

  [[nodiscard]] bool is_heartbeat() const noexcept {
    return type == frame_type::response && data == "_heartbeat_";
  }
};

///  0         8          10       26
///  +---------+----------+--------+------
///  | created | attempts | id     | body
///  +---------+----------+--------+------
struct message_view {
  static constexpr std::size_t header_size = 26;

  std::uint64_t created_ns = 0;
  std::uint16_t attempts = 0;
  std::string_view id;
  std::string_view body;
};

/// @throws error when `data` is shorter than the header.
[[nodiscard]] message_view parse_message(std::string_view data);

} // namespace cafq::tool
