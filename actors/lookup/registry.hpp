#pragma once

#include "actors/queue/time.hpp"
#include "net/protocol/lookup_identity.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cafq::lookup {

using queue::duration;
using queue::time_point;

/// Names one connection of a node.
using producer_id = uint64_t;

/// nsqlookupd's defaults, and what bounds the registry.
struct registry_limits {
  /// How long a producer is told of behind its last ping.
  duration inactive = std::chrono::seconds{300};
  /// How long a tombstone hides one.
  duration tombstone = std::chrono::seconds{45};
  /// Bytes of all that nodes and clients have put here, about.
  size_t bytes = std::numeric_limits<size_t>::max();
};

class place;
class registry;

/// A node that has said who it is.
class producer {
public:
  producer_id id = 0;
  protocol::lookup_identity who;
  /// With its port.
  std::string remote_address;
  /// Its members in the JSON of /lookup and /nodes, without braces.
  std::string json;
  /// Of its last ping.
  time_point last_update{};
  /// Why nobody answers at the address it announces; empty if somebody does, or
  /// nobody has tried.
  std::string unreachable;

private:
  friend class registry;

  /// Where it is registered, in no order.
  std::vector<place*> places_;
};

/// Who has which topics and channels, as nsqlookupd keeps it: names stay when
/// nobody has them any more, unless they are ephemeral or somebody deletes
/// them; what a node registered goes with its connection. The name `*` stands
/// for all topics wherever a topic is asked for or deleted.
///
/// Knows no actors, no sockets and no clock. What costs memory is refused when
/// `registry_limits::bytes` are used; a registration costs some 40 bytes, a
/// name some 250.
class registry {
public:
  /// A producer of a topic.
  struct registered {
    const producer* who = nullptr;
    /// When it was tombstoned, if ever.
    std::optional<time_point> tombstoned;
  };

  explicit registry(const registry_limits& limits = {});

  registry(const registry&) = delete;
  registry& operator=(const registry&) = delete;

  ~registry();

  // -- what nodes say ---------------------------------------------------------

  /// Adds a producer.
  /// @returns Whether there was room.
  /// @pre It is not there.
  [[nodiscard]] bool identify(producer_id id, protocol::lookup_identity who,
                              std::string remote_address, time_point now);

  /// A producer is still there. Others are ignored, here and below.
  void ping(producer_id id, time_point now);

  /// What was found at the address that a producer announces.
  void note(producer_id id, std::string why_not);

  /// Registers a producer for a topic and, unless that is empty, a channel.
  /// @returns Whether there was room.
  [[nodiscard]] bool
  add(producer_id id, std::string_view topic, std::string_view channel);

  /// Takes a producer from a channel or, if that is empty, from a topic and all
  /// channels of it.
  void
  withdraw(producer_id id, std::string_view topic, std::string_view channel);

  /// The connection of a producer has ended.
  void leave(producer_id id);

  // -- what administrators say ------------------------------------------------

  /// Adds a topic and, unless that is empty, a channel of it.
  /// @returns Whether there was room.
  [[nodiscard]] bool create(std::string_view topic, std::string_view channel);

  /// Removes a topic and its channels with all registrations; `*`: all.
  void erase(std::string_view topic);

  /// @returns Whether there was such a channel.
  [[nodiscard]] bool erase(std::string_view topic, std::string_view channel);

  /// Hides those producers of a topic that have this address, `host:port` of
  /// HTTP, for a while.
  void tombstone(std::string_view topic, std::string_view node, time_point now);

  // -- observers --------------------------------------------------------------

  /// Whether there is such a topic; `*`: any.
  [[nodiscard]] bool has_topic(std::string_view topic) const;

  /// How far a walk over names has come: to this channel of this topic, or to
  /// the topic itself. Names may come and go between its steps.
  struct position {
    std::string topic;
    std::string channel;
  };

  /// Goes on with a walk over topics, and the channels of each, in the order of
  /// their names.
  /// @param topic `*`: all.
  /// @param most Where the step ends: so much of what `f` returns.
  /// @returns Whether there is more.
  [[nodiscard]] bool walk(position& at, std::string_view topic, size_t most,
                          const std::function<size_t(const place&)>& f) const;

  /// Returns how many names and registrations such a walk comes by, about.
  [[nodiscard]] size_t extent(std::string_view topic) const;

  /// Whether to tell of a producer when somebody looks for that topic: it was
  /// not silent for too long and has no tombstone.
  [[nodiscard]] bool
  active(const registered& x, time_point now) const noexcept {
    return active(*x.who, now) && !dead(x, now);
  }

  /// Whether a tombstone hides a producer.
  [[nodiscard]] bool dead(const registered& x, time_point now) const noexcept;

  [[nodiscard]] const producer* find(producer_id id) const;

  [[nodiscard]] bool active(const producer& x, time_point now) const noexcept {
    return now - x.last_update <= limits_.inactive;
  }

  /// Returns the producer that comes behind this id, null if there is none.
  [[nodiscard]] const producer* next(producer_id id) const;

  [[nodiscard]] std::vector<const producer*> producers() const;

  [[nodiscard]] size_t topic_count() const noexcept {
    return topic_count_;
  }

  [[nodiscard]] size_t channel_count() const noexcept {
    return channel_count_;
  }

  [[nodiscard]] size_t producer_count() const noexcept {
    return producers_.size();
  }

  /// Of topics and channels.
  [[nodiscard]] size_t registration_count() const noexcept {
    return registration_count_;
  }

  [[nodiscard]] size_t bytes() const noexcept {
    return bytes_;
  }

private:
  struct topic_entry;
  using topic_map = std::map<std::string, topic_entry, std::less<>>;

  [[nodiscard]] bool has_room(size_t bytes) const noexcept;
  [[nodiscard]] topic_entry& topic_of(std::string_view name);
  place& channel_of(topic_entry& in, std::string_view name);
  void add_to(place& to, producer& who);
  void remove_from(place& from, producer& who);
  void remove_all(const place& from);
  void forget_slot(producer& of, size_t slot);
  void erase_all();
  void erase_topic(topic_map::iterator i);
  void erase_channel(topic_entry& in, std::string_view name);
  void unname(topic_entry& x);
  void drop_if_unused(topic_map::iterator i);

  registry_limits limits_;
  topic_map topics_;
  std::map<producer_id, std::unique_ptr<producer>> producers_;
  size_t topic_count_ = 0;
  size_t channel_count_ = 0;
  size_t registration_count_ = 0;
  size_t bytes_ = 0;
};

} // namespace cafq::lookup
