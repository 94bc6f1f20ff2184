#pragma once

#include "net/protocol/violation.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace cafq::protocol {

/// What the operator allows IDENTIFY to choose. Defaults: nsqd/options.go.
struct server_settings {
  int64_t max_rdy_count = 2500;
  /// Whose protocol we speak; clients switch features on by it.
  std::string version = "1.3.0";
  std::chrono::milliseconds max_msg_timeout{900000};
  std::chrono::milliseconds msg_timeout{60000};
  std::chrono::milliseconds max_heartbeat_interval{60000};
  std::chrono::milliseconds min_output_buffer_timeout{25};
  std::chrono::milliseconds max_output_buffer_timeout{30000};
  std::chrono::milliseconds output_buffer_timeout{250};
  int64_t max_output_buffer_size = 65536;
  int64_t max_deflate_level = 6;
  bool tls_available = false;
  bool deflate_available = true;
  bool snappy_available = true;
  bool auth_required = false;
};

/// What is agreed on with one client.
struct client_settings {
  std::string client_id;
  std::string hostname;
  std::string user_agent;
  /// Zero: no heartbeats and no deadlines.
  std::chrono::milliseconds heartbeat_interval{30000};
  /// One: not buffered.
  int64_t output_buffer_size = 16384;
  /// Zero: no timed flush.
  std::chrono::milliseconds output_buffer_timeout{250};
  /// In percent, zero: everything is delivered.
  int32_t sample_rate = 0;
  std::chrono::milliseconds msg_timeout{60000};
  bool tls = false;
  bool snappy = false;
  bool deflate = false;
  /// Of what we send, while `deflate` is on.
  int deflate_level = 6;
};

/// Returns the settings of a client that has not sent IDENTIFY.
[[nodiscard]] client_settings default_settings(const server_settings& server);

/// The answer to a good IDENTIFY.
struct identify_reply {
  /// The data of the response frame: `OK`, or JSON if features are negotiated.
  std::string data;
  /// The upgrades that follow it, each answered with one more `OK`.
  bool tls = false;
  bool snappy = false;
  bool deflate = false;
};

/// Applies the body of an IDENTIFY.
/// @param client The settings so far, those of an earlier IDENTIFY included;
///   left as they are if there is a violation.
[[nodiscard]] std::variant<identify_reply, violation>
negotiate(std::string_view body, const server_settings& server,
          client_settings& client);

} // namespace cafq::protocol
