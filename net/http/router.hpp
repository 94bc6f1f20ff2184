#pragma once

#include "net/http/request.hpp"
#include "net/http/response.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace cafq::http {

/// What can be asked for.
enum class endpoint : uint8_t {
  ping,
  info,
  pub,
  mpub,
  stats,
  topic_create,
  topic_delete,
  topic_empty,
  topic_pause,
  topic_unpause,
  channel_create,
  channel_delete,
  channel_empty,
  channel_pause,
  channel_unpause,
  config_get,
  config_put,
  // cafqd's own.
  actors,
  why,
  stream,
  history,
  message_list,
  message_get,
  backup,
  metrics,
  live,
  ready,
  ui,
  // nsqlookupd's own.
  debug,
  lookup,
  topics,
  channels,
  nodes,
  topic_tombstone,
};

/// Whose endpoints a port has.
enum class service : uint8_t { nsqd, nsqlookupd };

/// A request that has found its endpoint.
struct route {
  endpoint target{};
  /// What the last part of the path names, for those of /config/ and /ui/.
  std::string parameter;
};

/// Whether an endpoint changes something or shows bodies, so that
/// --http-auth-required is about it. Reading figures stays open: load balancers
/// and monitors have no secrets.
[[nodiscard]] bool needs_secret(endpoint x) noexcept;

/// Whether an endpoint tells of single clients or messages, so that no request
/// may come by a name that the node does not know, whoever sends it.
[[nodiscard]] bool needs_known_host(endpoint x) noexcept;

/// Whether an endpoint is what watches over the process ask.
[[nodiscard]] bool tells_health(endpoint x) noexcept;

/// Finds the endpoint of a request or says what is wrong with method or path,
/// with the answers of Go's router: redirects to the path that was meant,
/// 404, 405 with Allow, and OPTIONS.
[[nodiscard]] std::variant<route, response>
find_route(const request& x, service of = service::nsqd);

} // namespace cafq::http
