#include "net/protocol/body_rules.hpp"

#include "net/protocol/join.hpp"

#include <string>

namespace cafq::protocol {

namespace {

bool one_message(command_name name) {
  return name == command_name::pub || name == command_name::dpub;
}

std::string_view code(command_name name) {
  return one_message(name) ? "E_BAD_MESSAGE " : "E_BAD_BODY ";
}

std::string_view size_words(command_name name) {
  return one_message(name) ? "message body size" : "body size";
}

/// Returns the largest body, and which limit says so if it is none of nsqd's.
std::string most(command_name name, const limits& limits) {
  const auto bound = max_body(name, limits);
  return std::to_string(bound)
         + (bound == limits.memory_limit ? " (--memory-limit)" : "");
}

} // namespace

violation bad_body_size(command_name name, int64_t size, const limits& limits) {
  const auto word = to_string(name);
  const auto number = std::to_string(size);
  if (size <= 0)
    return {
      join({code(name), word, " invalid ", size_words(name), " ", number})};
  const auto what = one_message(name) ? " message" : " body";
  return {join(
    {code(name), word, what, " too big ", number, " > ", most(name, limits)})};
}

violation no_body_size(command_name name) {
  return {
    join({code(name), to_string(name), " failed to read ", size_words(name)})};
}

violation no_body(command_name name) {
  // The messages of an MPUB are spoken of like that of a PUB.
  if (name == command_name::mpub)
    return {"E_BAD_MESSAGE MPUB failed to read message body"};
  const auto what = one_message(name) ? "message body" : "body";
  return {join({code(name), to_string(name), " failed to read ", what})};
}

violation auth_disabled() {
  return {"E_AUTH_DISABLED AUTH disabled"};
}

violation bad_mpub_count(int32_t count) {
  return {
    join({"E_BAD_BODY MPUB invalid message count ", std::to_string(count)})};
}

violation no_mpub_count() {
  return {"E_BAD_BODY MPUB failed to read message count"};
}

violation bad_record_size(uint32_t index, int32_t size, const limits& limits) {
  const auto number = std::to_string(size);
  if (size <= 0)
    return {join({"E_BAD_MESSAGE MPUB invalid message(", std::to_string(index),
                  ") body size ", number})};
  return {join({"E_BAD_MESSAGE MPUB message too big ", number, " > ",
                most(command_name::pub, limits)})};
}

violation no_record_size(uint32_t index) {
  return {join({"E_BAD_MESSAGE MPUB failed to read message(",
                std::to_string(index), ") body size"})};
}

} // namespace cafq::protocol
