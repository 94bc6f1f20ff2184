#include "actors/states.hpp"

#include <array>

namespace cafq {

namespace {

constexpr auto all_states = [] {
  using enum actor_state;
  using enum mood;
  return std::array{
    state_row{listener_listening, "listener", "listening", flowing,
              "It accepts clients."},
    state_row{listener_full, "listener", "full", stuck,
              "There are as many clients as there may be and none that may go: "
              "who comes waits to be accepted."},
    state_row{listener_closing, "listener", "closing", waiting,
              "The node stops: it waits for its clients to end."},

    state_row{node_ready, "node", "ready", flowing, "It knows the topics."},
    state_row{
      node_adding_topics, "node", "adding topics", waiting,
      "A new topic comes about: other nodes are asked for its channels, "
      "or the disk takes its name."},

    state_row{connection_greeting, "connection", "greeting", idle,
              "The client has not said which protocol it speaks."},
    state_row{connection_idle, "connection", "idle", idle,
              "The client is owed nothing and sends nothing."},
    state_row{connection_busy, "connection", "busy", flowing,
              "Commands of the client are under way."},
    state_row{connection_handshaking, "connection", "handshaking", waiting,
              "Its TLS or its compression begins."},
    state_row{connection_asking_auth, "connection", "asking auth", waiting,
              "An auth server is asked what the client may do."},
    state_row{connection_waits_for_topic, "connection", "waits for topic",
              waiting,
              "What the client publishes is not taken yet, and it is not read "
              "meanwhile."},
    state_row{connection_subscribing, "connection", "subscribing", waiting,
              "The channel it subscribes to comes about."},
    state_row{connection_receiving, "connection", "receiving", flowing,
              "A command of the client has not arrived whole."},
    state_row{connection_waits_for_memory, "connection",
              "body waits for memory", waiting,
              "There is no memory for the large command that it sends."},
    state_row{connection_output_full, "connection", "output full", stuck,
              "The client does not read what it is sent."},
    state_row{connection_closing, "connection", "closing", waiting,
              "The last answers leave, then it ends."},

    state_row{http_idle, "http", "idle", idle, "The client asks for nothing."},
    state_row{http_busy, "http", "busy", flowing,
              "What the client asked for is under way."},
    state_row{http_streaming, "http", "streaming", flowing,
              "The client is told what changes."},
    state_row{http_handshaking, "http", "handshaking", waiting,
              "Its TLS begins."},
    state_row{http_asking_auth, "http", "asking auth", waiting,
              "An auth server is asked what the client may do."},
    state_row{http_waits_for_topic, "http", "waits for topic", waiting,
              "What the client publishes is not taken yet."},
    state_row{http_receiving, "http", "receiving", flowing,
              "A request of the client has not arrived whole."},
    state_row{http_waits_for_memory, "http", "body waits for memory", waiting,
              "There is no memory for the large request that it sends."},
    state_row{http_output_full, "http", "output full", stuck,
              "The client does not read its answer."},
    state_row{http_closing, "http", "closing", waiting,
              "The last answer leaves, then it ends."},

    state_row{topic_idle, "topic", "idle", idle,
              "Nothing was published lately, and nothing waits here."},
    state_row{topic_flowing, "topic", "flowing", flowing,
              "What is published goes on to the channels."},
    state_row{topic_paused, "topic", "paused", stuck,
              "Somebody has paused it: what is published stays here."},
    state_row{topic_no_channel, "topic", "no channel", stuck,
              "It has no channel: what is published stays here until somebody "
              "subscribes."},
    state_row{
      topic_waits_for_channel, "topic", "waits for channel", waiting,
      "A channel has no room: publishes wait, and are refused after 5 s "
      "in which nothing moves."},
    state_row{topic_waits_for_store, "topic", "waits for store", waiting,
              "What was published is on its way to the disk."},
    state_row{topic_memory_limit, "topic", "memory limit", stuck,
              "Messages take all the memory they may: publishes wait, and are "
              "refused after 5 s."},
    state_row{topic_disk_refuses, "topic", "disk refuses", stuck,
              "The disk takes no more messages: publishes are refused."},
    state_row{topic_unnumbered, "topic", "unnumbered", waiting,
              "Its next message numbers are not reserved on disk yet."},
    state_row{topic_failed, "topic", "failed", stuck,
              "It has failed again and again and stays down; the log says why. "
              "What it has on disk comes back with the next start of cafqd."},

    state_row{channel_idle, "channel", "idle", idle, "It has no messages."},
    state_row{channel_flowing, "channel", "flowing", flowing,
              "Consumers were given messages within the last second."},
    state_row{channel_paused, "channel", "paused", stuck,
              "Somebody has paused it: nothing is delivered."},
    state_row{channel_no_consumer, "channel", "no consumer", stuck,
              "Messages wait, and nobody has subscribed."},
    state_row{channel_rdy_0, "channel", "RDY 0", stuck,
              "Messages wait, and no consumer wants any: their RDY is 0."},
    state_row{channel_all_rdy_used, "channel", "all RDY used", stuck,
              "Messages wait until consumers finish some of those they have."},
    state_row{channel_not_read, "channel", "consumers do not read", stuck,
              "Messages wait until consumers read what they were sent."},
    state_row{channel_memory_limit, "channel", "memory limit", stuck,
              "So many messages are with consumers that there is no memory to "
              "know who has more."},
    state_row{
      channel_with_consumers, "channel", "with consumers", waiting,
      "All its messages are with consumers, who have not finished them."},
    state_row{channel_reading_disk, "channel", "reading from disk", waiting,
              "The messages to deliver next are being read from the disk."},
    state_row{channel_waits_for_id, "channel", "waits for id", waiting,
              "It was emptied, and its new queue is not on disk yet."},
    state_row{channel_only_deferred, "channel", "only deferred", waiting,
              "All its messages wait for their time."},

    state_row{store_idle, "store", "idle", idle,
              "All it was given is on disk."},
    state_row{store_committing, "store", "committing", flowing,
              "It writes what it was given."},
    state_row{store_pausing, "store", "pausing", flowing,
              "It waits a moment for more to write at once."},
    state_row{store_full, "store", "full", stuck,
              "There is too little room for more messages."},
    state_row{store_failing, "store", "failing", stuck,
              "The last write found no room, and is tried again."},

    state_row{discovery_alone, "discovery", "no nsqlookupd", idle,
              "There is no nsqlookupd to tell of topics."},
    state_row{discovery_registered, "discovery", "registered", flowing,
              "Every nsqlookupd knows all topics and channels."},
    state_row{discovery_unregistered, "discovery", "not registered", waiting,
              "A nsqlookupd does not know this node: consumers that ask it do "
              "not find it."},
    state_row{
      discovery_asking, "discovery", "asking for channels", waiting,
      "nsqlookupds are asked which channels a new topic has elsewhere."},

    state_row{lookup_peer_connecting, "lookup_peer", "connecting", waiting,
              "A connection to the nsqlookupd begins."},
    state_row{lookup_peer_backing_off, "lookup_peer", "backing off", stuck,
              "The nsqlookupd was not to be had, and is tried again."},
    state_row{lookup_peer_greeting, "lookup_peer", "greeting", waiting,
              "The nsqlookupd has not answered our greeting."},
    state_row{lookup_peer_registered, "lookup_peer", "registered", flowing,
              "The nsqlookupd knows this node."},

    state_row{authorizer_idle, "authorizer", "idle", idle, "Nobody asks."},
    state_row{authorizer_asking, "authorizer", "asking", waiting,
              "An auth server has not answered."},

    state_row{fetcher_idle, "fetcher", "idle", idle, "Nobody asks."},
    state_row{fetcher_asking, "fetcher", "asking", waiting,
              "Another server has not answered."},

    state_row{handshaker_idle, "handshaker", "idle", idle,
              "No client waits for a step of its TLS handshake."},
    state_row{handshaker_busy, "handshaker", "busy", flowing,
              "Clients wait for a step of their TLS handshakes."},

    state_row{registry_ready, "registry", "ready", flowing,
              "It knows which nodes have which topics."},

    state_row{dialer_idle, "dialer", "idle", idle, "It has no address to try."},
    state_row{dialer_dialing, "dialer", "dialing", waiting,
              "It tries whether nodes are reached where they say they are."},

    state_row{producer_greeting, "producer", "greeting", idle,
              "The client has not said which protocol it speaks."},
    state_row{producer_idle, "producer", "idle", idle,
              "The node has nothing to say."},
    state_row{producer_busy, "producer", "busy", flowing,
              "What the node said is taken down."},
    state_row{producer_output_full, "producer", "output full", stuck,
              "The node does not read its answers."},
    state_row{producer_closing, "producer", "closing", waiting,
              "The last answers leave, then it ends."},

    state_row{collector_idle, "collector", "idle", idle,
              "Nobody wants a report."},
    state_row{collector_gathering, "collector", "gathering", flowing,
              "It asks the actors for a report."},
    state_row{collector_writing, "collector", "writing", flowing,
              "It writes a report."},

    state_row{peeker_idle, "peeker", "idle", idle,
              "Nobody wants to see messages."},
    state_row{peeker_looking, "peeker", "looking", flowing,
              "It looks through messages for somebody."},

    state_row{backup_idle, "backup", "idle", idle, "Nobody takes a backup."},
    state_row{backup_copying, "backup", "copying", flowing,
              "It copies the store for somebody."},

    state_row{statsd_resting, "statsd", "resting", idle,
              "The next report is not due."},
    state_row{statsd_looking_up, "statsd", "looking up", waiting,
              "It looks up where the statsd daemon is."},
    state_row{statsd_sending, "statsd", "sending", flowing,
              "It sends a report, spread over the interval."},
  };
}();

constexpr bool states_in_order() {
  for (size_t i = 0; i < all_states.size(); ++i)
    if (all_states[i].what != static_cast<actor_state>(i))
      return false;
  return all_states.size()
         == static_cast<size_t>(actor_state::statsd_sending) + 1;
}

static_assert(states_in_order());

} // namespace

std::span<const state_row> state_rows() noexcept {
  return all_states;
}

const state_row& row_of(actor_state x) noexcept {
  return all_states[static_cast<size_t>(x)];
}

std::string_view to_string(mood x) noexcept {
  using enum mood;
  switch (x) {
    case idle:
      return "idle";
    case flowing:
      return "flowing";
    case waiting:
      return "waiting";
    case stuck:
      return "stuck";
  }
  return {};
}

std::string_view to_string(awaited::cause x) noexcept {
  using enum awaited::cause;
  switch (x) {
    case nothing:
      return "nothing";
    case actor:
      return "actor";
    case client:
      return "client";
    case disk:
      return "disk";
    case memory:
      return "memory";
    case human:
      return "operator";
    case server:
      return "server";
    case time:
      return "time";
  }
  return {};
}

} // namespace cafq
