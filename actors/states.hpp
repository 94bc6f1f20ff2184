#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace cafq {

/// How it goes, at a glance: what the graph of /debug/actors is coloured by.
enum class mood : uint8_t {
  /// There is nothing to do.
  idle,
  /// It is at work.
  flowing,
  /// It waits for somebody who is at work, or for a time.
  waiting,
  /// It waits for somebody who has to act first.
  stuck,
};

/// What an actor does. The list is closed; `state_rows` says each to people.
enum class actor_state : uint8_t {
  listener_listening,
  listener_full,
  listener_closing,

  node_ready,
  node_adding_topics,

  connection_greeting,
  connection_idle,
  connection_busy,
  connection_handshaking,
  connection_asking_auth,
  connection_waits_for_topic,
  connection_subscribing,
  connection_receiving,
  connection_waits_for_memory,
  connection_output_full,
  connection_closing,

  http_idle,
  http_busy,
  http_streaming,
  http_handshaking,
  http_asking_auth,
  http_waits_for_topic,
  http_receiving,
  http_waits_for_memory,
  http_output_full,
  http_closing,

  topic_idle,
  topic_flowing,
  topic_paused,
  topic_no_channel,
  topic_waits_for_channel,
  topic_waits_for_store,
  topic_memory_limit,
  topic_disk_refuses,
  topic_unnumbered,
  topic_failed,

  channel_idle,
  channel_flowing,
  channel_paused,
  channel_no_consumer,
  channel_rdy_0,
  channel_all_rdy_used,
  channel_not_read,
  channel_memory_limit,
  channel_with_consumers,
  channel_reading_disk,
  channel_waits_for_id,
  channel_only_deferred,

  store_idle,
  store_committing,
  store_pausing,
  store_full,
  store_failing,

  discovery_alone,
  discovery_registered,
  discovery_unregistered,
  discovery_asking,

  lookup_peer_connecting,
  lookup_peer_backing_off,
  lookup_peer_greeting,
  lookup_peer_registered,

  authorizer_idle,
  authorizer_asking,

  fetcher_idle,
  fetcher_asking,

  handshaker_idle,
  handshaker_busy,

  registry_ready,

  dialer_idle,
  dialer_dialing,

  producer_greeting,
  producer_idle,
  producer_busy,
  producer_output_full,
  producer_closing,

  collector_idle,
  collector_gathering,
  collector_writing,

  peeker_idle,
  peeker_looking,

  backup_idle,
  backup_copying,

  statsd_resting,
  statsd_looking_up,
  statsd_sending,
};

/// A state as people read it.
struct state_row {
  actor_state what;
  /// The kind of actor that has it.
  std::string_view kind;
  /// What it is called.
  std::string_view word;
  mood how;
  std::string_view sentence;
};

/// Returns all states, in the order of the enumeration.
[[nodiscard]] std::span<const state_row> state_rows() noexcept;

[[nodiscard]] const state_row& row_of(actor_state x) noexcept;

[[nodiscard]] std::string_view to_string(mood x) noexcept;

/// What an actor waits for: another one, or somebody outside.
struct awaited {
  enum class cause : uint8_t {
    nothing,
    actor,
    /// The program at the other end has to read, finish or subscribe.
    client,
    disk,
    /// Bytes of --memory-limit that others hold.
    memory,
    /// Somebody has paused it.
    human,
    /// A nsqlookupd or an auth server.
    server,
    /// It goes on by itself.
    time,
  };

  cause what = cause::nothing;
  /// 0 unless it is an actor.
  uint64_t actor = 0;
  /// Which client or server, or why; may be empty.
  std::string who;

  [[nodiscard]] static awaited some_actor(uint64_t id) {
    return {cause::actor, id, {}};
  }

  [[nodiscard]] static awaited outside(cause x, std::string who = {}) {
    return {x, 0, std::move(who)};
  }
};

[[nodiscard]] std::string_view to_string(awaited::cause x) noexcept;

} // namespace cafq
