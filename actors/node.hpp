#pragma once

#include "actors/answer_promise.hpp"
#include "actors/counting_actor.hpp"
#include "actors/interfaces.hpp"
#include "actors/node_settings.hpp"
#include "actors/restart_limit.hpp"
#include "actors/topic_life.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cafq {

/// The state of the NODE actor.
/// @relates node
struct node_state {
  explicit node_state(node_actor::pointer ptr);

  /// Returns a topic, creating it if need be.
  caf::result<topic_actor> get_topic(const std::string& key);

  /// Deletes a topic, if there is one.
  caf::result<atom::erase> erase_topic(const std::string& key);

  /// Hands all messages in memory to the store.
  caf::result<atom::save> save();

  /// Deletes an ephemeral topic that is still the one of this name.
  void vacate(const topic_actor& which, const std::string& key);

  /// Tells of a channel that came or went, unless its topic has gone as well.
  void announce(const topic_actor& of, const std::string& key,
                const std::string& channel, bool exists);

  /// Returns a topic if there is one.
  caf::result<topic_actor> find_topic(const std::string& key);

  /// A topic has failed: with what the store has it starts again when all of
  /// its actors have ended, unless it has failed too often.
  void lose(const caf::actor_addr& who);

  /// All actors of a topic have ended.
  void gone(const std::string& key);

  [[nodiscard]] actor_stat stat() const;

  node_actor::pointer self;
  node_settings settings;
  store_actor store;
  struct member {
    topic_actor handle;
    /// Ends with the last of its actors.
    std::weak_ptr<const topic_life> life;
  };

  std::map<std::string, member> topics;

  /// The name in log output.
  static inline const char* name = "node";

  topic_actor add_topic(const recovered_topic& x);

private:
  [[nodiscard]] bool full() const;
  void keep(const std::string& key, member x);
  void start_again(const recovered_topic& x);
  void keep_down(const std::string& key);
  void tell_coming(actor_stat& to) const;

  using topic_promise = answer_promise<topic_actor>;

  void remove_topic(std::map<std::string, member>::iterator i);
  void announce(const std::string& key, bool exists);

  // A topic comes about in steps: ask others for its channels, store it, create
  // the channels. Nobody gets it before, so all of them get all messages.
  void ask_channels(const std::string& key);
  void store_topic(const std::string& key, const names_ptr& channels);
  void add_channels(const topic_actor& to, const std::string& key,
                    const names_ptr& channels);

  [[nodiscard]] std::vector<topic_promise>
  take_waiting(const std::string& key) {
    return std::move(adding_.extract(key).mapped().waiting);
  }

  /// A topic that is coming about.
  struct coming {
    /// Who waits for it.
    std::vector<topic_promise> waiting;
    queue::time_point since{};
    /// Who has the step that is being taken.
    uint64_t asked = 0;
    /// Whether it has been there before, and failed; and whether its actors
    /// have yet to end.
    bool again = false;
    bool ending = false;
  };

  std::map<std::string, coming> adding_;
  /// Of those that have failed.
  std::map<std::string, restart_limit> failures_;
  uint64_t restarts_ = 0;
};

/// Knows the topics. Stops, with all topics and channels, on an exit message.
/// @param store Invalid for a node that keeps everything in memory.
/// @param found What the store held at the start.
node_actor::behavior_type
node(counting_pointer<node_actor, node_state> self, const store_actor& store,
     const std::vector<recovered_topic>& found, const node_settings& settings);

} // namespace cafq
