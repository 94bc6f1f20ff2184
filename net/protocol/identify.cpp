#include "net/protocol/identify.hpp"

#include "net/protocol/identify_body.hpp"
#include "net/protocol/join.hpp"
#include "net/protocol/limits.hpp"
#include "net/protocol/utf8.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

namespace cafq::protocol {

namespace {

using std::chrono::milliseconds;

// nsqd/protocol_v2.go
constexpr int64_t default_deflate_level = 6;

violation bad_value(std::string_view what, int64_t value) {
  return {join({"E_BAD_BODY IDENTIFY ", what, " (", std::to_string(value),
                ") is invalid"})};
}

bool within(int64_t value, milliseconds min, milliseconds max) {
  return value >= min.count() && value <= max.count();
}

// The setters take what the client asked for, in milliseconds or bytes. Zero
// leaves the setting alone, minus one switches the feature off. They answer
// whether the value is allowed.

bool set_heartbeat_interval(int64_t asked, const server_settings& server,
                            client_settings& client) {
  if (asked == 0)
    return true;
  if (asked != -1
      && !within(asked, milliseconds{1000}, server.max_heartbeat_interval))
    return false;
  client.heartbeat_interval = milliseconds{std::max<int64_t>(asked, 0)};
  return true;
}

bool set_output_buffer_timeout(int64_t asked, const server_settings& server,
                               client_settings& client) {
  if (asked == 0)
    return true;
  if (asked != -1
      && !within(asked, server.min_output_buffer_timeout,
                 server.max_output_buffer_timeout))
    return false;
  client.output_buffer_timeout = milliseconds{std::max<int64_t>(asked, 0)};
  return true;
}

bool set_output_buffer_size(int64_t asked, const server_settings& server,
                            client_settings& client) {
  if (asked == 0)
    return true;
  if (asked == -1) {
    client.output_buffer_size = 1;
    client.output_buffer_timeout = milliseconds{0};
    return true;
  }
  if (asked < 64 || asked > server.max_output_buffer_size)
    return false;
  client.output_buffer_size = asked;
  return true;
}

/// Unlike the others, zero is a rate.
bool set_sample_rate(int32_t asked, client_settings& client) {
  if (asked < 0 || asked > 99)
    return false;
  client.sample_rate = asked;
  return true;
}

bool set_msg_timeout(int64_t asked, const server_settings& server,
                     client_settings& client) {
  if (asked == 0)
    return true;
  if (!within(asked, milliseconds{1000}, server.max_msg_timeout))
    return false;
  client.msg_timeout = milliseconds{asked};
  return true;
}

/// Applies everything but the upgrades, in nsqd's order.
std::optional<violation>
apply(const identify_body& body, const server_settings& server,
      client_settings& client) {
  client.client_id = first_bytes(body.client_id, max_metadata_text);
  client.hostname = first_bytes(body.hostname, max_metadata_text);
  client.user_agent = first_bytes(body.user_agent, max_metadata_text);
  if (!set_heartbeat_interval(body.heartbeat_interval, server, client))
    return bad_value("heartbeat interval", body.heartbeat_interval);
  if (!set_output_buffer_timeout(body.output_buffer_timeout, server, client))
    return bad_value("output buffer timeout", body.output_buffer_timeout);
  if (!set_output_buffer_size(body.output_buffer_size, server, client))
    return bad_value("output buffer size", body.output_buffer_size);
  if (!set_sample_rate(body.sample_rate, client))
    return bad_value("sample rate", body.sample_rate);
  if (!set_msg_timeout(body.msg_timeout, server, client))
    return bad_value("msg timeout", body.msg_timeout);
  return std::nullopt;
}

/// Chooses the level even if deflate is off, because the reply tells it.
int64_t deflate_level(const identify_body& body, bool deflate,
                      const server_settings& server) {
  const auto level = deflate && body.deflate_level > 0 ? body.deflate_level
                                                       : default_deflate_level;
  return std::min(level, server.max_deflate_level);
}

/// The keys stand in nsqd's order.
std::string
reply_json(const identify_reply& reply, int64_t level,
           const server_settings& server, const client_settings& client) {
  return nlohmann::ordered_json{
    {"max_rdy_count", server.max_rdy_count},
    {"version", server.version},
    {"max_msg_timeout", server.max_msg_timeout.count()},
    {"msg_timeout", client.msg_timeout.count()},
    {"tls_v1", reply.tls},
    {"deflate", reply.deflate},
    {"deflate_level", level},
    {"max_deflate_level", server.max_deflate_level},
    {"snappy", reply.snappy},
    {"sample_rate", client.sample_rate},
    {"auth_required", server.auth_required},
    {"output_buffer_size", client.output_buffer_size},
    {"output_buffer_timeout", client.output_buffer_timeout.count()},
  }
    .dump();
}

} // namespace

client_settings default_settings(const server_settings& server) {
  client_settings result;
  result.output_buffer_timeout = server.output_buffer_timeout;
  result.msg_timeout = server.msg_timeout;
  return result;
}

std::variant<identify_reply, violation>
negotiate(std::string_view body, const server_settings& server,
          client_settings& client) {
  const auto asked = decode_identify(body);
  if (!asked)
    return violation{"E_BAD_BODY IDENTIFY failed to decode JSON body"};
  auto agreed = client;
  if (auto bad = apply(*asked, server, agreed))
    return std::move(*bad);
  identify_reply reply;
  if (!asked->feature_negotiation) {
    reply.data = "OK";
    client = std::move(agreed);
    return reply;
  }
  reply.tls = server.tls_available && asked->tls_v1;
  reply.snappy = server.snappy_available && asked->snappy;
  reply.deflate = server.deflate_available && asked->deflate;
  if (reply.snappy && reply.deflate)
    return violation{"E_IDENTIFY_FAILED cannot enable both deflate and snappy "
                     "compression"};
  const auto level = deflate_level(*asked, reply.deflate, server);
  reply.data = reply_json(reply, level, server, agreed);
  agreed.tls |= reply.tls;
  agreed.snappy |= reply.snappy;
  agreed.deflate |= reply.deflate;
  if (reply.deflate)
    agreed.deflate_level = static_cast<int>(level);
  client = std::move(agreed);
  return reply;
}

} // namespace cafq::protocol
