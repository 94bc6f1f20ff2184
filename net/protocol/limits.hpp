#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace cafq::protocol {

/// The longest command line, its newline included: nsqd's read buffer.
inline constexpr size_t max_line_size = 16384;

/// The longest body that tells of a client and is not published: that of
/// IDENTIFY and AUTH. nsqd allows max_body_size.
inline constexpr int64_t max_metadata_size = 65536;

/// The most that is kept of each text in it.
inline constexpr size_t max_metadata_text = 256;

/// What the operator allows clients to send. Defaults: nsqd/options.go.
struct limits {
  int64_t max_msg_size = 1048576;
  /// Bounds the declared size of MPUB, and of IDENTIFY and AUTH if it is below
  /// max_metadata_size.
  int64_t max_body_size = 5242880;
  /// What all messages together may take: a longer one can never be taken.
  int64_t memory_limit = std::numeric_limits<int64_t>::max();
  int64_t max_rdy_count = 2500;
  std::chrono::milliseconds max_req_timeout{3600000};
  /// Whether any auth server is configured; without one AUTH is an error.
  bool auth_enabled = false;
  /// Whether everything but IDENTIFY has to wait for TLS.
  bool tls_required = false;
};

} // namespace cafq::protocol
