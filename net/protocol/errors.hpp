#pragma once

#include "net/protocol/command_name.hpp"
#include "net/protocol/message_id.hpp"
#include "net/protocol/violation.hpp"

#include <string_view>

// The errors that are not the parser's: what topics, channels and transports
// answer, told in nsqd's words.

namespace cafq::protocol {

// -- reasons ------------------------------------------------------------------

inline constexpr std::string_view not_in_flight = "ID not in flight";
inline constexpr std::string_view not_owner = "client does not own message";
inline constexpr std::string_view exiting = "exiting";
/// For sub_failed(): an ephemeral topic or channel is just going away.
inline constexpr std::string_view being_deleted = "to deleted topic/channel";

// -- answers to one message: the connection stays -----------------------------

[[nodiscard]] violation
fin_failed(const message_id& id, std::string_view reason);
[[nodiscard]] violation
req_failed(const message_id& id, std::string_view reason);
[[nodiscard]] violation
touch_failed(const message_id& id, std::string_view reason);

// -- fatal answers ------------------------------------------------------------

/// @param name One of pub, dpub and mpub.
[[nodiscard]] violation pub_failed(command_name name, std::string_view reason);
[[nodiscard]] violation sub_failed(std::string_view reason);
/// @returns The violation of `max-channel-consumers`.
[[nodiscard]] violation
too_many_consumers(std::string_view topic, std::string_view channel, int limit);
/// An upgrade to TLS or compression failed.
[[nodiscard]] violation identify_failed(std::string_view reason);

// -- authorisation ------------------------------------------------------------

[[nodiscard]] violation auth_already_set();
/// No auth server vouches for the client.
[[nodiscard]] violation auth_failed();
/// One does, but allows nothing.
[[nodiscard]] violation no_authorizations();
/// @param name One of sub, pub, dpub and mpub.
[[nodiscard]] violation auth_first(command_name name);
/// @param channel Empty for publishing.
[[nodiscard]] violation
not_authorized(command_name name, std::string_view topic,
               std::string_view channel);

} // namespace cafq::protocol
