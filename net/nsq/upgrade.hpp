#pragma once

#include "actors/queue/time.hpp"
#include "net/transport/tls_handshake.hpp"

#include <cstdint>
#include <string>

namespace cafq {

enum class compressed_by : uint8_t { nothing, snappy, deflate };

/// What a client and we have agreed on by IDENTIFY and not done yet.
struct upgrade {
  bool tls = false;
  compressed_by compression = compressed_by::nothing;
  /// Everything in clear has left.
  bool started = false;
  queue::time_point deadline{};
  /// Null without TLS.
  transport::handshake_ptr handshake;
  /// What the client has sent behind its IDENTIFY: for the first of the new
  /// transports.
  std::string rest;
};

} // namespace cafq
