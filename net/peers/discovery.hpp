#pragma once

#include "actors/counting_actor.hpp"
#include "actors/interfaces.hpp"
#include "net/peers/fetcher.hpp"
#include "net/protocol/lookup_session.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace cafq {

/// What DISCOVERY goes by.
struct discovery_settings {
  /// What to tell every nsqlookupd.
  protocol::lookup_identity identity;
  /// The nsqlookupds at the start.
  std::vector<std::string> addresses;
  /// Asks them by HTTP.
  fetcher_actor fetcher;
};

struct channel_search;

/// The state of the DISCOVERY actor.
/// @relates discovery
struct discovery_state {
  explicit discovery_state(discovery_actor::pointer ptr);

  void topic(const std::string& key, bool exists);
  void channel(const std::string& of, const std::string& key, bool exists);

  /// Asks the nsqlookupds for the channels of a topic.
  caf::result<names_ptr> find_channels(const std::string& topic);

  /// Adds and removes peers.
  void set_addresses(const lookupd_addresses& x);

  /// Tells a peer all there is, and from now on what changes.
  void greeted(const topology_actor& who, const std::string& http_address);
  void vacant(const topology_actor& who);

  void stop(const caf::error& why);

  [[nodiscard]] std::vector<stat_actor> list() const;
  [[nodiscard]] actor_stat stat() const;

  /// A nsqlookupd.
  struct peer {
    topology_actor handle;
    stat_actor as_child;
    /// Whether it hears of changes.
    bool ready = false;
    /// Empty as long as it did not say.
    std::string http_address;
  };

  discovery_actor::pointer self;
  discovery_settings settings;
  lookupd_addresses addresses;
  /// By address.
  std::map<std::string, peer> peers;
  /// Channels by topic.
  std::map<std::string, std::set<std::string>> topology;

  /// The name in log output.
  static inline const char* name = "discovery";

private:
  /// A nsqlookupd that was asked for the channels of a topic.
  struct question {
    std::string topic;
    std::string server;
    queue::time_point since;
  };

  peer* find(const topology_actor& who);
  void ask_channels(const std::string& server,
                    const std::shared_ptr<channel_search>& to);

  template <class... Ts>
  void tell_all(const Ts&... xs);
  void tell_questions(actor_stat& to) const;

  std::map<uint64_t, question> open_;
  uint64_t asked_ = 0;
};

/// Knows the names of all topics and channels, and has a LOOKUP PEER per
/// nsqlookupd.
discovery_actor::behavior_type
discovery(counting_pointer<discovery_actor, discovery_state> self,
          discovery_settings settings);

} // namespace cafq
