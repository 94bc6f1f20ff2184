#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cafq::protocol {

/// Returns what to ask a nsqlookupd for the channels of a topic.
/// @param http_address `host:port`.
[[nodiscard]] std::string
channels_url(std::string_view http_address, std::string_view topic);

/// Reads the answer: the channels a new topic gets. Ephemeral ones are not
/// among them, nor what is no name.
/// @returns nothing if it is no such answer.
[[nodiscard]] std::optional<std::vector<std::string>>
read_channels(std::string_view body);

} // namespace cafq::protocol
