#pragma once

#include "actors/figures.hpp"
#include "actors/queue/delivered.hpp"
#include "actors/queue/latency.hpp"
#include "actors/queue/peek.hpp"
#include "actors/queue/publication.hpp"
#include "actors/queue/store_orders.hpp"
#include "actors/queue/time.hpp"
#include "actors/states.hpp"
#include "persistence/stored.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What travels between actors, as plain data.
namespace cafq {

using queue::consumer_id;

/// Names what a client waits for, on one connection. 0 = it does not wait.
using ticket = uint32_t;

/// The publishes that one socket read held for one topic, in order.
struct batch : boost::intrusive_ref_counter<batch> {
  queue::publications items;
  /// When the topic took them.
  queue::time_point taken{};
};

using batch_ptr = boost::intrusive_ptr<batch>;

/// Returns what blocks count for it: see `block::bytes_in_memory`.
[[nodiscard]] inline size_t block_memory_of(const batch& x) noexcept {
  size_t result = 0;
  for (const auto& item : x.items)
    result += item.body->memory();
  return result;
}

/// Returns what a publication takes in memory, as long as nobody else has it.
[[nodiscard]] inline size_t memory_of(const queue::publication& x) noexcept {
  return sizeof(x) + x.body->memory();
}

[[nodiscard]] inline size_t memory_of(const batch& x) noexcept {
  size_t result = sizeof(x);
  for (const auto& item : x.items)
    result += memory_of(item);
  return result;
}

/// What a queue wants done in the store.
struct orders : boost::intrusive_ref_counter<orders> {
  queue::store_orders list;
  /// Held until all of it is on disk. Null if there is nothing to write.
  std::shared_ptr<const void> writing;
  /// If set: since when the oldest message in there has been here, and how long
  /// after that it is to be on disk.
  queue::time_point since{};
  queue::duration promise{};
};

using orders_ptr = boost::intrusive_ptr<orders>;

/// What a topic wants its channels to have in the store, or itself, before
/// anybody takes it.
struct append : boost::intrusive_ref_counter<append> {
  std::string topic;
  /// Ascending by one.
  uint64_t id = 0;
  /// Whether it is for the queue of the topic itself.
  bool held = false;
  batch_ptr what;
  /// See `node_settings`; when this was sent.
  queue::duration unix_offset{};
  /// If not 0: the queue of the topic, which `what` comes from, and what it
  /// then has no longer.
  queue_id from = 0;
  queue::store_orders moved;
};

using append_ptr = boost::intrusive_ptr<append>;

/// What became of some of those.
struct appended : boost::intrusive_ref_counter<appended> {
  uint64_t first = 0;
  uint64_t last = 0;
  /// Their messages, packed anew: as the store has them.
  batch_ptr what;
  /// The queues that have got them.
  queue_id held = 0;
  std::map<std::string, queue_id, std::less<>> channels;
  /// If not empty: why nobody has.
  std::string failure;
};

using appended_ptr = boost::intrusive_ptr<appended>;

/// Blocks that were read from the store.
struct blocks : boost::intrusive_ref_counter<blocks> {
  std::vector<queue::stored_block> list;
};

using blocks_ptr = boost::intrusive_ptr<blocks>;

/// Bodies that a queue had given up.
struct bodies : boost::intrusive_ref_counter<bodies> {
  queue::bodies list;
};

using bodies_ptr = boost::intrusive_ptr<bodies>;

/// Deferred messages that were read from the store.
struct due_messages : boost::intrusive_ref_counter<due_messages> {
  queue::due_rows rows;
};

using due_messages_ptr = boost::intrusive_ptr<due_messages>;

/// Messages for one consumer.
struct delivery : boost::intrusive_ref_counter<delivery> {
  std::vector<queue::run> runs;
  /// If not 0: what to report by `sent` when all of it has left.
  uint64_t report = 0;
};

using delivery_ptr = boost::intrusive_ptr<delivery>;

/// The message numbers that FIN or TOUCH name, in order.
struct numbers : boost::intrusive_ref_counter<numbers> {
  std::vector<uint64_t> list;
};

using numbers_ptr = boost::intrusive_ptr<numbers>;

/// What REQ names, in order.
struct requeues : boost::intrusive_ref_counter<requeues> {
  struct item {
    uint64_t number;
    queue::duration delay;
  };

  std::vector<item> list;
};

using requeues_ptr = boost::intrusive_ptr<requeues>;

/// The command a failure belongs to.
enum class settling : uint8_t { fin, req, touch };

/// Those FIN, REQ or TOUCH of one actor message that failed.
struct failures : boost::intrusive_ref_counter<failures> {
  struct item {
    uint64_t number;
    queue::settled why;
  };

  settling command = settling::fin;
  std::vector<item> list;
};

using failures_ptr = boost::intrusive_ptr<failures>;

/// What a consumer negotiated, and who it is.
struct subscription {
  queue::duration msg_timeout{};
  /// Percent, 0 = every message.
  int sample_rate = 0;
  /// What TOUCH gives: nsqd delivers by the first IDENTIFY and touches by the
  /// last.
  queue::duration touch_timeout{};
  /// What people call the consumer.
  std::string who{};
};

/// What a queue says of single messages.
struct peek_answer {
  queue::peek_page page;
  /// Its name in the store, 0 if it has none.
  queue_id id = 0;
  /// See `node_settings`.
  queue::duration unix_offset{};
  /// Who those in the page are that have messages in flight.
  std::vector<std::pair<consumer_id, std::string>> holders;
};

using peek_answer_ptr = std::shared_ptr<const peek_answer>;

/// What the store has of them.
using peek_page_ptr = std::shared_ptr<const queue::peek_page>;

/// Names of topics or channels.
using names_ptr = std::shared_ptr<const std::vector<std::string>>;

/// Where nsqlookupds listen. nsqd tells an empty list from none at all.
struct lookupd_addresses {
  std::optional<std::vector<std::string>> list;
};

/// A text that is handed on without a copy.
using text_ptr = std::shared_ptr<const std::string>;

/// What a connection tells about its client.
struct client_stat {
  std::string client_id;
  std::string hostname;
  std::string user_agent;
  std::string remote_address;
  /// Unix time in seconds.
  int64_t connected = 0;
  /// nsqd's number of the protocol state.
  int state = 0;
  int sample_rate = 0;
  bool deflate = false;
  bool snappy = false;
  bool tls = false;
  std::string tls_cipher_suite;
  std::string tls_version;
  bool authed = false;
  std::string auth_identity;
  std::string auth_identity_url;
  /// Messages published, by topic.
  std::vector<std::pair<std::string, uint64_t>> published;
};

/// What a channel tells about one of its consumers.
struct consumer_stat {
  consumer_id id = 0;
  uint64_t rdy = 0;
  uint64_t in_flight = 0;
  uint64_t messages = 0;
  uint64_t finished = 0;
  uint64_t requeued = 0;
  /// Bytes it was sent that have not left for its socket, about.
  uint64_t unread_bytes = 0;
};

/// What a channel tells about a message that a consumer has.
struct flight_stat {
  consumer_id holder = 0;
  uint16_t attempts = 0;
  /// How long it has had it, and for how long it still may.
  queue::duration age{};
  queue::duration left{};
};

/// What comes about, or is asked for, and is not there yet.
struct pending_stat {
  /// A topic, or who asks.
  std::string what;
  awaited waits_for;
  queue::duration age{};
};

/// What every actor tells about itself: a node of the tree in /debug/actors.
/// Words are our own and live for good: with many thousands of these in memory
/// at a time, each byte counts.
struct actor_stat {
  uint64_t id = 0;
  /// 0 = has none.
  uint64_t parent = 0;
  /// As in `state_rows`.
  std::string_view kind;
  std::string name;
  /// Messages that wait.
  size_t mailbox = 0;
  /// Messages it has handled since it was there.
  uint64_t handled = 0;
  /// For which share of the time it has run lately, 0 to 1, if somebody looks.
  std::optional<float> busy;
  bool paused = false;
  actor_state state{};
  /// How long it has been in that state, if it knows.
  std::optional<queue::duration> in_state;
  /// What it waits for, if it does.
  awaited waits_for;
  /// How long that waits which waits longest, by what it is: `ready`.
  std::vector<std::pair<const char*, queue::duration>> ages;
  /// Only topics have one: their sync mode.
  std::string_view sync;
  actor_figures figures;
  /// The actors it sends messages to.
  std::vector<uint64_t> peers;
  /// Only connections have one.
  std::shared_ptr<const client_stat> client;
  /// Only channels have them.
  std::vector<consumer_stat> consumers;
  /// The one that is with a consumer for longest; only channels have it.
  std::optional<flight_stat> oldest_in_flight;
  /// When the first deferred message is due; only channels and topics know.
  std::optional<queue::duration> first_due;
  /// The first of those; only actors that make others wait have them.
  std::vector<pending_stat> pending;
  /// Times from publish to FIN; only channels have them, and only if told to.
  std::shared_ptr<const queue::latency_histogram> latency;

  /// Returns one of its figures, 0 if it is another kind of actor.
  template <class T>
  [[nodiscard]] uint64_t figure(uint64_t T::*value) const noexcept {
    return figures.get(value);
  }

  /// Returns an age by what it is of, if there is one.
  [[nodiscard]] std::optional<queue::duration> age(std::string_view of) const {
    for (const auto& [label, value] : ages)
      if (label == of)
        return value;
    return std::nullopt;
  }

  /// Says what it does, and since when.
  void is(actor_state x, std::optional<queue::duration> how_long = {}) {
    state = x;
    in_state = how_long;
  }
};

} // namespace cafq
