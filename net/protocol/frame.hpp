#pragma once

#include "net/protocol/message_id.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace cafq::protocol {

// What the broker sends.
//
//   [ 4-byte size of the rest ][ 4-byte type ][ data ]
//
// All integers are big-endian.

enum class frame_type : int32_t { response = 0, error = 1, message = 2 };

/// The bytes of a message frame before the body.
///
///   [ frame header: 8 ][ timestamp: 8 ][ attempts: 2 ][ id: 16 ]
inline constexpr size_t message_header_size = 34;

inline constexpr std::string_view ok_frame{"\0\0\0\x06\0\0\0\0OK", 10};
inline constexpr std::string_view heartbeat_frame{
  "\0\0\0\x0f\0\0\0\0_heartbeat_", 19};
inline constexpr std::string_view close_wait_frame{
  "\0\0\0\x0e\0\0\0\0CLOSE_WAIT", 18};

/// Appends bytes, e.g. one of the constant frames.
inline void append(std::vector<char>& out, std::string_view bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void append_response(std::vector<char>& out, std::string_view data);

void append_error(std::vector<char>& out, std::string_view data);

/// @param timestamp_ns When the message was published, since the Unix epoch.
/// @param attempts Counts this delivery, so it is 1 for the first.
void append_message(std::vector<char>& out, int64_t timestamp_ns,
                    uint16_t attempts, const message_id& id,
                    std::string_view body);

} // namespace cafq::protocol
