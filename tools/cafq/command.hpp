#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Appends what a client sends to a buffer. See the NSQ TCP protocol, V2.
/// Topics and channels that are not one word throw error.
namespace cafq::tool {

inline constexpr std::string_view magic = "  V2";
inline constexpr std::string_view nop = "NOP\n";

/// What IDENTIFY asks for; an absent value leaves it to the broker.
struct identity {
  /// -1 ms switches heartbeats and the broker's read deadline off.
  std::optional<std::chrono::milliseconds> heartbeat_interval;
  std::optional<std::chrono::milliseconds> output_buffer_timeout;
};

/// A number as NSQ writes it: four bytes, the most significant one first.
void append_length(std::string& out, std::size_t value);

void append_identify(std::string& out, const identity& who);

void append_pub(std::string& out, std::string_view topic,
                std::string_view body);

void append_dpub(std::string& out, std::string_view topic,
                 std::chrono::milliseconds delay, std::string_view body);

void append_mpub(std::string& out, std::string_view topic,
                 std::span<const std::string> bodies);

void append_sub(std::string& out, std::string_view topic,
                std::string_view channel);

void append_rdy(std::string& out, std::uint64_t count);

void append_fin(std::string& out, std::string_view id);

void append_req(std::string& out, std::string_view id,
                std::chrono::milliseconds delay);

} // namespace cafq::tool
