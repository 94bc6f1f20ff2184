#pragma once

#include "actors/answer_promise.hpp"
#include "actors/counting_actor.hpp"
#include "actors/interfaces.hpp"
#include "net/peers/http_client.hpp"

#include <caf/result.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

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
  explicit fetcher_state(fetcher_actor::pointer ptr) : self(ptr) {
    // nop
  }

  caf::result<http_reply_ptr> ask(const http_request_ptr& what);
  void done(uint64_t id, const http_reply_ptr& x);

  /// A request without an answer yet.
  struct request {
    http_request_ptr what;
    answer_promise<http_reply_ptr> promise;
    queue::time_point since{};
  };

  [[nodiscard]] actor_stat stat() const;

  fetcher_actor::pointer self;
  std::unique_ptr<http_client> client;
  std::map<uint64_t, request> open;
  uint64_t requests = 0;

  /// The name in log output.
  static inline const char* name = "fetcher";

private:
  void fetch(uint64_t id, const http_request_ptr& what);
};

/// Asks other servers by HTTP; by HTTPS those that answer that they want it.
fetcher_actor::behavior_type
fetcher(counting_pointer<fetcher_actor, fetcher_state> self,
        const http_client_settings& settings);

} // namespace cafq
