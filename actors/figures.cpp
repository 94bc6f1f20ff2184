#include "actors/figures.hpp"

namespace cafq {

namespace {

constexpr auto in_bytes = figure_unit::bytes;
constexpr auto in_us = figure_unit::microseconds;
constexpr auto yes_or_no = figure_unit::flag;

/// Whether a table has each figure once.
template <class T, size_t N>
consteval bool complete(const std::array<figure_row<T>, N>& rows) {
  if (sizeof(T) != N * sizeof(uint64_t))
    return false;
  for (size_t i = 0; i < N; ++i)
    for (size_t j = 0; j < i; ++j)
      if (rows[i].value == rows[j].value || rows[i].name == rows[j].name)
        return false;
  return true;
}

} // namespace

constexpr decltype(node_figures::rows) node_figures::rows{{
  {"topics", &node_figures::topics, "Topics there are"},
  {"restarts", &node_figures::restarts,
   "How often a topic or channel failed and its topic started again"},
}};
static_assert(complete(node_figures::rows));

constexpr decltype(listener_figures::rows) listener_figures::rows{{
  {"connections", &listener_figures::connections, "Connections there are"},
  {"silent", &listener_figures::silent,
   "Those that have not said what they speak"},
  {"accepted", &listener_figures::accepted, "Connections ever accepted"},
  {"ended", &listener_figures::ended,
   "Those that had to go so that others get in"},
  {"refused", &listener_figures::refused, "Those that did not get in"},
  {"longest_turn_us", &listener_figures::longest_turn_us,
   "CPU time of the longest turn of the event loop", in_us},
}};
static_assert(complete(listener_figures::rows));

constexpr decltype(connection_figures::rows) connection_figures::rows{{
  {"commands", &connection_figures::commands, "Commands received"},
  {"published", &connection_figures::published, "Messages published"},
  {"pending_bytes", &connection_figures::pending_bytes,
   "What it was sent and has not taken", in_bytes},
  {"open_bytes", &connection_figures::open_bytes,
   "What it published and has no answer for", in_bytes},
  {"state", &connection_figures::state, "nsqd's number of the protocol state"},
}};
static_assert(complete(connection_figures::rows));

constexpr decltype(http_figures::rows) http_figures::rows{{
  {"requests", &http_figures::requests, "Requests received"},
  {"published", &http_figures::published, "Messages published"},
  {"pending_bytes", &http_figures::pending_bytes,
   "What it was sent and has not taken", in_bytes},
}};
static_assert(complete(http_figures::rows));

constexpr decltype(topic_figures::rows) topic_figures::rows{{
  {"depth", &topic_figures::depth, "Messages waiting in the topic"},
  {"backend_depth", &topic_figures::backend_depth,
   "Messages of the topic only on disk"},
  {"messages", &topic_figures::messages, "Messages published"},
  {"bytes", &topic_figures::bytes, "Bytes of the messages published", in_bytes},
  {"dropped", &topic_figures::dropped,
   "Messages an ephemeral topic had no room for"},
  {"waiting", &topic_figures::waiting, "Publishes that wait for room"},
  {"appending", &topic_figures::appending,
   "Publishes on their way to the disk"},
  {"channels", &topic_figures::channels, "Channels of the topic"},
}};
static_assert(complete(topic_figures::rows));

constexpr decltype(channel_figures::rows) channel_figures::rows{{
  {"depth", &channel_figures::depth, "Messages ready for delivery"},
  {"backend_depth", &channel_figures::backend_depth,
   "Messages of the channel only on disk"},
  {"in_flight", &channel_figures::in_flight,
   "Messages delivered and not finished"},
  {"deferred", &channel_figures::deferred, "Messages deferred"},
  {"messages", &channel_figures::messages, "Messages the channel was given"},
  {"requeued", &channel_figures::requeued, "Messages requeued"},
  {"timed_out", &channel_figures::timed_out, "Deliveries that timed out"},
  {"dropped", &channel_figures::dropped,
   "Messages an ephemeral channel had no room for"},
  {"consumers", &channel_figures::consumers, "Consumers"},
}};
static_assert(complete(channel_figures::rows));

constexpr decltype(store_figures::rows) store_figures::rows{{
  {"staged_bytes", &store_figures::staged_bytes, "What is to be written",
   in_bytes},
  {"commits", &store_figures::commits, "Commits to disk"},
  {"commits_1ms", &store_figures::commits_1ms,
   "Those that took no longer than 1 ms"},
  {"commits_10ms", &store_figures::commits_10ms,
   "Those that took no longer than 10 ms"},
  {"commits_100ms", &store_figures::commits_100ms,
   "Those that took no longer than 100 ms"},
  {"commit_us", &store_figures::commit_us, "Time that all of them took", in_us},
  {"waiting", &store_figures::waiting, "Groups that wait for a commit"},
  {"file_bytes", &store_figures::file_bytes, "Size of the store's file",
   in_bytes},
  {"used_bytes", &store_figures::used_bytes, "What of that is in use",
   in_bytes},
  {"usable_bytes", &store_figures::usable_bytes,
   "What of the rest of the file counts as room", in_bytes},
  {"disk_bytes", &store_figures::disk_bytes, "Size of the disk, free or not",
   in_bytes},
  {"available_bytes", &store_figures::available_bytes,
   "What the disk has left for the file to grow", in_bytes},
  {"reserve_bytes", &store_figures::reserve_bytes,
   "What of the room is not for new messages", in_bytes},
  {"limit_bytes", &store_figures::limit_bytes,
   "How much of the file may be in use; 0 if there is no limit", in_bytes},
  {"damaged_blocks", &store_figures::damaged_blocks,
   "Blocks set aside as they were damaged"},
  {"full", &store_figures::full, "Whether the disk takes no more messages (1)",
   yes_or_no},
  {"failing", &store_figures::failing, "Whether the last commit found no room",
   yes_or_no},
}};
static_assert(complete(store_figures::rows));

constexpr decltype(discovery_figures::rows) discovery_figures::rows{{
  {"topics", &discovery_figures::topics, "Topics known"},
  {"lookupds", &discovery_figures::lookupds, "Addresses of nsqlookupds"},
  {"ready", &discovery_figures::ready, "Those that know us"},
}};
static_assert(complete(discovery_figures::rows));

constexpr decltype(lookup_peer_figures::rows) lookup_peer_figures::rows{{
  {"ready", &lookup_peer_figures::ready, "Whether it knows us", yes_or_no},
  {"dials", &lookup_peer_figures::dials, "Attempts to connect"},
  {"connects", &lookup_peer_figures::connects, "Those that succeeded"},
  {"commands", &lookup_peer_figures::commands, "Commands sent"},
  {"unanswered", &lookup_peer_figures::unanswered,
   "Those without an answer yet"},
  {"errors", &lookup_peer_figures::errors, "Answers that were errors"},
  {"pending_bytes", &lookup_peer_figures::pending_bytes,
   "What it was sent and has not taken", in_bytes},
}};
static_assert(complete(lookup_peer_figures::rows));

constexpr decltype(statsd_figures::rows) statsd_figures::rows{{
  {"packets", &statsd_figures::packets, "Packets sent"},
  {"waiting", &statsd_figures::waiting, "Packets to be sent"},
  {"failures", &statsd_figures::failures,
   "How often the daemon could not be told"},
}};
static_assert(complete(statsd_figures::rows));

constexpr decltype(collector_figures::rows) collector_figures::rows{{
  {"gatherings", &collector_figures::gatherings, "Reports gathered"},
  {"waiting", &collector_figures::waiting, "Who waits for one"},
  {"history_bytes", &collector_figures::history_bytes,
   "Memory of the past, about", in_bytes},
  {"heap_trims", &collector_figures::heap_trims,
   "How often free memory was given back to the system"},
}};
static_assert(complete(collector_figures::rows));

constexpr decltype(peeker_figures::rows) peeker_figures::rows{{
  {"looks", &peeker_figures::looks, "Looks at messages"},
  {"waiting", &peeker_figures::waiting, "Who waits for one"},
}};
static_assert(complete(peeker_figures::rows));

constexpr decltype(backup_figures::rows) backup_figures::rows{{
  {"taken", &backup_figures::taken, "Backups that were taken"},
  {"broken_off", &backup_figures::broken_off, "Those that were broken off"},
  {"bytes", &backup_figures::bytes, "What the last one has so far", in_bytes},
}};
static_assert(complete(backup_figures::rows));

constexpr decltype(handshaker_figures::rows) handshaker_figures::rows{{
  {"steps", &handshaker_figures::steps, "Steps of handshakes"},
  {"refused", &handshaker_figures::refused, "Clients that waited too long"},
  {"failures", &handshaker_figures::failures, "Steps that failed"},
}};
static_assert(complete(handshaker_figures::rows));

constexpr decltype(fetcher_figures::rows) fetcher_figures::rows{{
  {"requests", &fetcher_figures::requests, "Requests ever made"},
  {"open", &fetcher_figures::open, "Those under way"},
}};
static_assert(complete(fetcher_figures::rows));

constexpr decltype(authorizer_figures::rows) authorizer_figures::rows{{
  {"questions", &authorizer_figures::questions, "Clients asked about"},
  {"failures", &authorizer_figures::failures, "Questions without an answer"},
}};
static_assert(complete(authorizer_figures::rows));

constexpr decltype(registry_figures::rows) registry_figures::rows{{
  {"topics", &registry_figures::topics, "Topics known"},
  {"channels", &registry_figures::channels, "Channels known"},
  {"producers", &registry_figures::producers, "Nodes connected"},
  {"unreachable", &registry_figures::unreachable,
   "Those that nobody reaches at the address they announce"},
  {"registrations", &registry_figures::registrations,
   "Topics and channels of all nodes together"},
  {"bytes", &registry_figures::bytes, "Memory of the registry, about",
   in_bytes},
  {"commands", &registry_figures::commands, "Commands of nodes"},
  {"refused", &registry_figures::refused,
   "Those for which there was no memory"},
  {"lookups", &registry_figures::lookups, "Questions who has a topic"},
}};
static_assert(complete(registry_figures::rows));

constexpr decltype(dialer_figures::rows) dialer_figures::rows{{
  {"dials", &dialer_figures::dials, "Addresses tried"},
  {"failures", &dialer_figures::failures, "Those nobody answers at"},
  {"open", &dialer_figures::open, "Those being tried"},
  {"waiting", &dialer_figures::waiting, "Those to be tried"},
}};
static_assert(complete(dialer_figures::rows));

constexpr decltype(producer_figures::rows) producer_figures::rows{{
  {"commands", &producer_figures::commands, "Commands received"},
  {"identified", &producer_figures::identified, "Whether it has said who it is",
   yes_or_no},
  {"pending_bytes", &producer_figures::pending_bytes,
   "What it was sent and has not taken", in_bytes},
}};
static_assert(complete(producer_figures::rows));

std::optional<uint64_t> actor_figures::named(std::string_view name) const {
  std::optional<uint64_t> result;
  for_each([&](std::string_view of, uint64_t value) {
    if (of == name)
      result = value;
  });
  return result;
}

} // namespace cafq
