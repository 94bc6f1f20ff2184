#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace cafq::tool {

/// Sends everything over a blocking socket.
/// @throws error when the broker does not take it.
void send_all(int fd, std::string_view bytes);

/// Reads once.
/// @returns 0 at the end, nothing when a non-blocking socket has nothing.
[[nodiscard]] std::optional<std::size_t>
receive_some(int fd, std::span<char> space);

/// The same, for those to whom the end is none they wait for.
/// @throws error when the broker closed the connection.
[[nodiscard]] std::size_t receive_more(int fd, std::span<char> space);

} // namespace cafq::tool
