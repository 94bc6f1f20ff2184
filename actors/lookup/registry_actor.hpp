#pragma once

#include "actors/answer_promise.hpp"
#include "actors/counting_actor.hpp"
#include "actors/interfaces.hpp"
#include "actors/lookup/registry.hpp"
#include "actors/lookup/registry_json.hpp"
#include "actors/lookup/request.hpp"
#include "actors/reports/given_texts.hpp"
#include "actors/reports/heap_trim.hpp"
#include "net/protocol/lookup_command.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace cafq::lookup {

/// The commands that one socket read held, in order.
struct commands {
  std::string remote_address;
  std::vector<protocol::lookup_command> list;
};

using commands_ptr = std::shared_ptr<const commands>;

/// What became of them.
struct outcome {
  /// Which of them there was no room for, ascending.
  std::vector<size_t> refused;
};

} // namespace cafq::lookup

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::lookup::commands_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::lookup::outcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::lookup::request)

namespace cafq::lookup {

/// The part of the DIALER that the REGISTRY sees.
using dialer_actor = caf::typed_actor<
  // Tries whether somebody answers at `host:port`, unless that is known;
  // returns why nobody does, empty if somebody does.
  caf::replies_to<atom::find, std::string>::with<std::string>>;

/// The REGISTRY actor interface: who has which topics, for nodes to say and for
/// consumers to ask. Its mailbox is bounded by those who ask: each has one
/// request at a time.
using registry_actor = caf::typed_actor<
  // Does what a node says. What this connection registered goes when it ends.
  caf::replies_to<atom::put, stat_actor, commands_ptr>::with<outcome>,
  // Answers a question in JSON, or does what an administrator says: null.
  caf::replies_to<atom::find, request>::with<report_text_ptr>,
  // Tells about itself.
  caf::replies_to<atom::stat>::with<actor_stat>,
  // INTERNAL: goes on with a long answer.
  caf::reacts_to<atom::resume>,
  // INTERNAL: looks for memory to give back to the system.
  caf::reacts_to<atom::tick>>;

/// The state of the REGISTRY actor. A long answer is written in steps, so that
/// nodes, and those who ask for little, need not wait for it. There is one at a
/// time, for all who asked for it before it was begun, and as long as one of
/// them is there.
/// @relates registry_actor
struct registry_state {
  explicit registry_state(registry_actor::pointer ptr);

  outcome take(const stat_actor& from, const commands& what);
  caf::result<report_text_ptr> answer(const request& x);

  /// The connection of a node, or of somebody who waits, has ended.
  void down(const caf::actor_addr& connection);

  /// Goes on with the long answer that is being written.
  void write();

  /// Gives back memory that was needed for a while.
  void tick();

  [[nodiscard]] actor_stat stat() const;

  registry_actor::pointer self;
  std::unique_ptr<registry> all;
  /// Null if nobody is to try addresses.
  dialer_actor dialer;

  /// The name in log output.
  static inline const char* name = "registry";

private:
  [[nodiscard]] bool
  execute(const stat_actor& from, const std::string& remote_address,
          const protocol::lookup_command& x, time_point now);
  void dial_back(const producer& x);
  void dialed(const std::string& address, const std::string& why_not);

  struct question {
    request what;
    answer_promise<report_text_ptr> answer_to;
    caf::actor_addr from;
  };

  caf::result<report_text_ptr> tell(const request& x);
  caf::result<report_text_ptr> tell_later(const request& x);
  void start_next();
  void written();
  void forget(const caf::actor_addr& who);
  [[nodiscard]] report_text_ptr give(std::string text);

  /// The addresses that the DIALER was asked about and has not answered, and
  /// the producers that announce them. Nodes may ping any number of times
  /// meanwhile.
  std::map<std::string, std::set<producer_id>> asked_;
  /// Those who want a long answer, and those it is being written for.
  std::deque<question> waiting_;
  std::vector<question> served_;
  /// Null if none is being written.
  std::unique_ptr<json_writer> writer_;
  given_texts given_;
  heap_trim heap_;
  uint64_t commands_ = 0;
  uint64_t refused_ = 0;
  uint64_t lookups_ = 0;
};

/// Keeps the registry of a nsqlookupd. To be spawned detached: the event loop
/// would go through all steps of a long answer at once.
/// @param dialer Null if nobody is to try the addresses that nodes announce.
registry_actor::behavior_type
registry_keeper(detached_pointer<registry_actor, registry_state> self,
                const registry_limits& limits, const dialer_actor& dialer);

} // namespace cafq::lookup
