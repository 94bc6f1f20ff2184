#pragma once

#include "actors/answer_promise.hpp"
#include "actors/counting_actor.hpp"
#include "actors/interfaces.hpp"
#include "net/auth/question.hpp"
#include "net/client/grant_gate.hpp"
#include "net/peers/fetcher.hpp"

#include <caf/intrusive_ptr.hpp>
#include <caf/ref_counted.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cafq {

class client_socket;

struct auth_question : caf::ref_counted, auth::question {};

using auth_question_ptr = caf::intrusive_ptr<auth_question>;

} // namespace cafq

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::auth_question_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::grant_ptr)

namespace cafq {

/// The AUTHORIZER actor interface: asks the auth servers, off the multiplexer.
/// Its mailbox is bounded by the connections: each has one question at a time.
using authorizer_actor = caf::typed_actor<
  // Returns what a client may do, null if it may do nothing.
  caf::replies_to<auth_question_ptr>::with<grant_ptr>,
  // Tells about itself.
  caf::replies_to<atom::stat>::with<actor_stat>>;

/// What the AUTHORIZER goes by.
struct authorizer_settings {
  /// `host:port` or URLs; at least one.
  std::vector<std::string> servers;
  /// Whether to ask by POST instead of GET.
  bool post = false;
};

/// The state of the AUTHORIZER actor.
/// @relates authorizer
struct authorizer_state {
  using reply_promise = std::shared_ptr<answer_promise<grant_ptr>>;

  explicit authorizer_state(authorizer_actor::pointer ptr);

  /// Asks the servers one after the other, until one answers.
  void ask(auth_question_ptr what, const reply_promise& answer_to);

  authorizer_actor::pointer self;
  fetcher_actor fetcher;
  authorizer_settings settings;
  /// Which server the next question begins with.
  size_t next = 0;
  uint64_t questions = 0;
  uint64_t failures = 0;

  /// A server that has not answered.
  struct asked {
    size_t server;
    queue::time_point since;
  };

  /// By the number of the request.
  std::map<uint64_t, asked> open;
  uint64_t requests = 0;

  [[nodiscard]] actor_stat stat() const;

  /// The name in log output.
  static inline const char* name = "authorizer";

private:
  void ask(const auth_question_ptr& what, size_t server, size_t left,
           const reply_promise& answer_to);
};

/// Returns the question what a client may do with a secret.
[[nodiscard]] auth_question_ptr
question_of(const std::string& secret, const client_socket& client);

/// Asks auth servers what clients may do.
authorizer_actor::behavior_type
authorizer(counting_pointer<authorizer_actor, authorizer_state> self,
           const fetcher_actor& fetcher, const authorizer_settings& settings);

} // namespace cafq
