#pragma once

#include "actors/body_budget.hpp"
#include "actors/client_memory.hpp"
#include "actors/health.hpp"
#include "net/client/handshaker.hpp"
#include "net/loop/sending.hpp"
#include "net/peers/authorizer.hpp"
#include "net/protocol/identify.hpp"
#include "net/protocol/limits.hpp"
#include "net/transport/tls_source.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace cafq {

/// What all connections go by.
struct connection_settings {
  protocol::limits limits;
  protocol::server_settings server;
  /// Null without a certificate; then `server.tls_available` is off.
  std::shared_ptr<const transport::tls_source> tls;
  handshaker_actor handshaker;
  /// Null without auth servers; then everybody may do everything.
  authorizer_actor authorizer;
  /// The memory for large commands; shared with HTTP.
  std::shared_ptr<const body_budgets> bodies = std::make_shared<body_budgets>();
  /// The memory for all else that clients make the node hold; likewise.
  std::shared_ptr<client_memory> clients = std::make_shared<client_memory>();
  /// Whether the disk takes new messages.
  std::shared_ptr<const store_health> health
    = std::make_shared<const store_health>();
  /// The high bits of every message id, 0 to 1023.
  uint16_t node_id = 0;
  /// For the text of an error; the channel enforces it.
  size_t max_channel_consumers = 0;
  cafq::sending sending = sending::direct;
};

} // namespace cafq
