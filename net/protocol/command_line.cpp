#include "net/protocol/command_line.hpp"

#include "net/protocol/line_errors.hpp"
#include "net/protocol/names.hpp"
#include "net/protocol/words.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace cafq::protocol {

namespace {

using std::chrono::nanoseconds;

/// Go's `time.Duration(ms) * time.Millisecond`, which wraps.
nanoseconds wrapping_milliseconds(uint64_t ms) noexcept {
  return nanoseconds{static_cast<int64_t>(ms * 1'000'000)};
}

std::optional<message_id> to_id(std::string_view word) noexcept {
  message_id result;
  if (word.size() != result.size())
    return std::nullopt;
  std::copy(word.begin(), word.end(), result.begin());
  return result;
}

line_result read_auth(words& params) {
  if (params.next())
    return bad_auth_params();
  return body_follows{command_name::auth, {}, {}};
}

line_result read_sub(words& params) {
  const auto topic = params.next();
  const auto channel = params.next();
  if (!channel)
    return too_few_params(command_name::sub);
  if (!valid_name(*topic))
    return bad_topic(command_name::sub, *topic);
  if (!valid_name(*channel))
    return bad_channel(*channel);
  return command{sub{*topic, *channel}};
}

line_result read_rdy(words& params, int64_t max) {
  const auto word = params.next();
  if (!word)
    return command{rdy{1}};
  const auto number = parse_decimal(*word);
  if (!number)
    return not_a_number(command_name::rdy, "count", *word);
  const auto count = static_cast<int64_t>(*number);
  if (count < 0 || count > max)
    return out_of_range(command_name::rdy, "count", std::to_string(count), max);
  return command{rdy{count}};
}

/// Reads FIN and TOUCH.
template <class Command>
line_result read_id(words& params, command_name name) {
  const auto word = params.next();
  if (!word)
    return too_few_params(name);
  const auto id = to_id(*word);
  if (!id)
    return bad_message_id();
  return command{Command{*id}};
}

line_result read_req(words& params, nanoseconds max) {
  const auto id_word = params.next();
  const auto delay_word = params.next();
  if (!delay_word)
    return too_few_params(command_name::req);
  const auto id = to_id(*id_word);
  if (!id)
    return bad_message_id();
  const auto ms = parse_decimal(*delay_word);
  if (!ms)
    return not_a_number(command_name::req, "timeout", *delay_word);
  const auto asked = wrapping_milliseconds(*ms);
  const auto delay = std::max(nanoseconds{0}, std::min(asked, max));
  return command{req{*id, delay, delay != asked}};
}

/// Reads PUB and MPUB.
line_result read_pub(words& params, command_name name) {
  const auto topic = params.next();
  if (!topic)
    return too_few_params(name);
  if (!valid_name(*topic))
    return bad_topic(name, *topic);
  return body_follows{name, *topic, {}};
}

line_result read_dpub(words& params, std::chrono::milliseconds max) {
  const auto topic = params.next();
  const auto delay_word = params.next();
  if (!delay_word)
    return too_few_params(command_name::dpub);
  if (!valid_name(*topic))
    return bad_topic(command_name::dpub, *topic);
  const auto ms = parse_decimal(*delay_word);
  if (!ms)
    return not_a_number(command_name::dpub, "timeout", *delay_word);
  const auto delay = wrapping_milliseconds(*ms);
  if (delay < nanoseconds{0} || delay > max)
    return out_of_range(command_name::dpub, "timeout", std::to_string(*ms),
                        max.count());
  return body_follows{command_name::dpub, *topic, delay};
}

} // namespace

line_result parse_line(std::string_view line, const limits& limits,
                       const session& session) {
  words params{line};
  const auto word = params.next().value_or("");
  const auto name = find_command(word);
  if (limits.tls_required && !session.tls() && name != command_name::identify)
    return needs_tls(word);
  if (!name)
    return unknown_command(word);
  switch (session.judge(*name)) {
    case verdict::allowed:
      break;
    case verdict::ignored:
      return command{nop{}};
    case verdict::wrong_state:
      return wrong_state(*name);
    case verdict::needs_heartbeats:
      return sub_without_heartbeats();
  }
  switch (*name) {
    case command_name::identify:
      return body_follows{command_name::identify, {}, {}};
    case command_name::auth:
      return read_auth(params);
    case command_name::sub:
      return read_sub(params);
    case command_name::rdy:
      return read_rdy(params, limits.max_rdy_count);
    case command_name::fin:
      return read_id<fin>(params, command_name::fin);
    case command_name::touch:
      return read_id<touch>(params, command_name::touch);
    case command_name::req:
      return read_req(params, limits.max_req_timeout);
    case command_name::cls:
      return command{cls{}};
    case command_name::nop:
      break;
    case command_name::pub:
    case command_name::mpub:
      return read_pub(params, *name);
    case command_name::dpub:
      return read_dpub(params, limits.max_req_timeout);
  }
  return command{nop{}};
}

} // namespace cafq::protocol
