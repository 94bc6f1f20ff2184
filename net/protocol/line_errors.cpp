#include "net/protocol/line_errors.hpp"

#include "net/protocol/go_quote.hpp"
#include "net/protocol/join.hpp"

namespace cafq::protocol {

violation unknown_command(std::string_view word) {
  return {join({"E_INVALID invalid command ", word})};
}

violation needs_tls(std::string_view word) {
  return {
    join({"E_INVALID cannot ", word, " in current state (TLS required)"})};
}

violation wrong_state(command_name name) {
  return {join({"E_INVALID cannot ", to_string(name), " in current state"})};
}

violation sub_without_heartbeats() {
  return {"E_INVALID cannot SUB with heartbeats disabled"};
}

violation too_few_params(command_name name) {
  const bool per_message = name == command_name::fin
                           || name == command_name::req
                           || name == command_name::touch;
  return {join({"E_INVALID ", to_string(name), " insufficient number of ",
                per_message ? "params" : "parameters"})};
}

violation bad_auth_params() {
  return {"E_INVALID AUTH invalid number of parameters"};
}

violation bad_topic(command_name name, std::string_view topic) {
  // nsqd/protocol_v2.go says the code twice for MPUB.
  const auto twice = name == command_name::mpub ? "E_BAD_TOPIC " : "";
  return {join({"E_BAD_TOPIC ", twice, to_string(name), " topic name ",
                go_quote(topic), " is not valid"})};
}

violation bad_channel(std::string_view channel) {
  return {join(
    {"E_BAD_CHANNEL SUB channel name ", go_quote(channel), " is not valid"})};
}

violation bad_message_id() {
  return {"E_INVALID invalid message ID"};
}

violation
not_a_number(command_name name, std::string_view what, std::string_view word) {
  return {join(
    {"E_INVALID ", to_string(name), " could not parse ", what, " ", word})};
}

violation out_of_range(command_name name, std::string_view what,
                       const std::string& number, int64_t max) {
  return {join({"E_INVALID ", to_string(name), " ", what, " ", number,
                " out of range 0-", std::to_string(max)})};
}

} // namespace cafq::protocol
