#pragma once

#include "actors/counting_actor.hpp"
#include "actors/interfaces.hpp"
#include "net/http_client.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <map>
#include <memory>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::http_request_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::http_reply_ptr)

namespace cafq {

/// The FETCHER actor interface: other servers, as actors ask them. Its mailbox
/// is bounded by those who ask: each has one request at a time.
using fetcher_actor = caf::typed_actor<
  // Does a request; the answer comes in any case, be it an error inside.
  caf::replies_to<http_request_ptr>::with<http_reply_ptr>,
  // Tells about itself.
  caf::replies_to<atom::stat>::with<actor_stat>,
  // INTERNAL: a request is done.
  caf::reacts_to<uint64_t, http_reply_ptr>>;

/// The state of the FETCHER actor.
/// @relates fetcher
struct fetcher_state {
  std::unique_ptr<http_client> client;
  std::map<uint64_t, caf::typed_response_promise<http_reply_ptr>> open;
  uint64_t requests = 0;

  /// The name in log output.
  static inline const char* name = "fetcher";
};

/// Asks other servers by HTTP.
fetcher_actor::behavior_type
fetcher(counting_pointer<fetcher_actor, fetcher_state> self,
        const http_client_settings& settings);

} // namespace cafq
