#include "net/protocol/errors.hpp"

#include "net/protocol/go_quote.hpp"
#include "net/protocol/join.hpp"

#include <string>

namespace cafq::protocol {

namespace {

violation message_failed(command_name name, const message_id& id,
                         std::string_view reason) {
  const auto word = to_string(name);
  return {
    join({"E_", word, "_FAILED ", word, " ", view(id), " failed ", reason}),
    false};
}

violation command_failed(command_name name, std::string_view reason) {
  const auto word = to_string(name);
  return {join({"E_", word, "_FAILED ", word, " failed ", reason}), true};
}

} // namespace

violation fin_failed(const message_id& id, std::string_view reason) {
  return message_failed(command_name::fin, id, reason);
}

violation req_failed(const message_id& id, std::string_view reason) {
  return message_failed(command_name::req, id, reason);
}

violation touch_failed(const message_id& id, std::string_view reason) {
  return message_failed(command_name::touch, id, reason);
}

violation pub_failed(command_name name, std::string_view reason) {
  return command_failed(name, reason);
}

violation sub_failed(std::string_view reason) {
  return command_failed(command_name::sub, reason);
}

violation too_many_consumers(std::string_view topic, std::string_view channel,
                             int limit) {
  return sub_failed(join({"consumers for ", topic, ":", channel,
                          " exceeds limit of ", std::to_string(limit)}));
}

violation identify_failed(std::string_view reason) {
  return command_failed(command_name::identify, reason);
}

violation auth_already_set() {
  return {"E_INVALID AUTH already set"};
}

violation auth_failed() {
  return {"E_AUTH_FAILED AUTH failed"};
}

violation no_authorizations() {
  return {"E_UNAUTHORIZED AUTH no authorizations found"};
}

violation auth_first(command_name name) {
  return {join({"E_AUTH_FIRST AUTH required before ", to_string(name)})};
}

violation not_authorized(command_name name, std::string_view topic,
                         std::string_view channel) {
  return {join({"E_UNAUTHORIZED AUTH failed for ", to_string(name), " on ",
                go_quote(topic), " ", go_quote(channel)})};
}

} // namespace cafq::protocol
