#pragma once

#include "net/protocol/command_name.hpp"
#include "net/protocol/violation.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// What can be wrong with a command line; all of it is fatal.

namespace cafq::protocol {

[[nodiscard]] violation unknown_command(std::string_view word);

/// @param word The first word, a command or not.
[[nodiscard]] violation needs_tls(std::string_view word);

[[nodiscard]] violation wrong_state(command_name name);
[[nodiscard]] violation sub_without_heartbeats();
[[nodiscard]] violation too_few_params(command_name name);
[[nodiscard]] violation bad_auth_params();
[[nodiscard]] violation bad_topic(command_name name, std::string_view topic);
[[nodiscard]] violation bad_channel(std::string_view channel);
[[nodiscard]] violation bad_message_id();

/// @param what `count` or `timeout`.
[[nodiscard]] violation
not_a_number(command_name name, std::string_view what, std::string_view word);

/// @param number As the client should read it.
[[nodiscard]] violation out_of_range(command_name name, std::string_view what,
                                     const std::string& number, int64_t max);

} // namespace cafq::protocol
