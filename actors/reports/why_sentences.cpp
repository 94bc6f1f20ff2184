#include "actors/reports/why_sentences.hpp"

#include "actors/reports/why_words.hpp"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

namespace cafq {

namespace {

using enum actor_state;

template <class... Ts>
void say(std::string& to, fmt::format_string<Ts...> format, Ts&&... xs) {
  if (!to.empty())
    to += ' ';
  to += fmt::format(format, std::forward<Ts>(xs)...);
}

// -- times --------------------------------------------------------------------

/// Returns `, the oldest for 41 s` if that is known.
std::string oldest(const actor_stat& x, std::string_view of) {
  const auto age = x.age(of);
  return age ? ", the oldest for " + in_words(*age) : "";
}

std::string since(const actor_stat& x) {
  return x.in_state ? " for " + in_words(*x.in_state) : "";
}

/// Returns what there is to say of the state alone, and for how long it lasts.
std::string of_state(const actor_stat& x) {
  std::string result{row_of(x.state).sentence};
  if (!x.in_state)
    return result;
  result.pop_back();
  return result + "," + since(x) + ".";
}

/// Returns that somebody has paused a topic or channel, and when.
std::string was_paused(const actor_stat& x) {
  if (!x.in_state)
    return fmt::format("The {} is paused", x.kind);
  return fmt::format("The {} was paused {} ago", x.kind, in_words(*x.in_state));
}

// -- numbers ------------------------------------------------------------------

std::string are(uint64_t count, std::string_view noun) {
  return counted(count, noun) + (count == 1 ? " is" : " are");
}

std::string have(uint64_t count, std::string_view noun) {
  return counted(count, noun) + (count == 1 ? " has" : " have");
}

std::string deferred(const actor_stat& x) {
  const auto count = x.figure(&channel_figures::deferred);
  if (count == 0)
    return {};
  auto result = (x.state == channel_only_deferred ? "" : " ")
                + are(count, "message") + " deferred" + oldest(x, "deferred");
  if (x.first_due)
    result += ", the first until "
              + in_words(std::max(*x.first_due, queue::duration{}))
              + " from now";
  return result + ".";
}

// -- topics -------------------------------------------------------------------

std::string on_way_to_disk(const actor_stat& x, const std::string& wait,
                           const std::string& stay) {
  auto result = are(x.figure(&topic_figures::appending), "publish request")
                + " on the way to disk";
  if (x.figure(&topic_figures::waiting) > 0)
    result += ", " + wait;
  if (x.figure(&topic_figures::depth) > 0)
    result += ", " + stay;
  return result + ".";
}

std::string of_topic(const actor_stat& x, const why_view& all) {
  std::string text;
  const auto held = x.figure(&topic_figures::depth);
  const auto stay = counted(held, "message")
                    + (held == 1 ? " stays here" : " stay here")
                    + oldest(x, "ready");
  const auto open = x.figure(&topic_figures::waiting);
  const auto wait = counted(open, "publish request")
                    + (open == 1 ? " waits" : " wait") + oldest(x, "publish");
  switch (x.state) {
    case topic_paused:
      say(text, "{}: {}.", was_paused(x), stay);
      say(text, "`cafq topic unpause {}` lets them go on.", x.name);
      break;
    case topic_no_channel:
      say(text, "The topic has no channel: {}, until somebody subscribes.",
          stay);
      break;
    case topic_waits_for_channel:
      say(text, "{}: a channel has no room for more.", wait);
      break;
    case topic_memory_limit:
      say(text, "{}: messages take all the memory they may.", wait);
      break;
    case topic_disk_refuses:
      say(text, "Publishes are refused: {}.", x.waits_for.who);
      break;
    case topic_waits_for_store:
      say(text, "{}", on_way_to_disk(x, wait, stay));
      break;
    case topic_flowing:
      say(text, "Moving: {} messages per second are published.",
          with_commas(all.rates_of(x).in));
      break;
    default:
      say(text, "{}", of_state(x));
  }
  return text + deferred(x);
}

// -- clients ------------------------------------------------------------------

/// Returns who a client is.
std::string client(const actor_stat& x) {
  if (!x.client || x.client->user_agent.empty())
    return x.name;
  return fmt::format("{} ({})", x.name, x.client->user_agent);
}

/// Returns what it is to a channel; null if it does not consume it.
const consumer_stat*
as_consumer(const actor_stat& x, const actor_stat* channel) {
  if (!channel)
    return nullptr;
  const auto& all = channel->consumers;
  const auto i = std::find_if(all.begin(), all.end(),
                              [&](const auto& y) { return y.id == x.id; });
  return i != all.end() ? &*i : nullptr;
}

/// Why a channel waits for a consumer.
enum class fault : uint8_t { no_rdy, unread, unfinished, used_up };

fault fault_of(const consumer_stat& x, const actor_stat& channel) {
  if (x.rdy == 0 && x.in_flight == 0)
    return fault::no_rdy;
  if (channel.state == channel_rdy_0)
    return fault::no_rdy;
  if (channel.state == channel_not_read && x.in_flight < x.rdy)
    return fault::unread;
  return x.in_flight < x.rdy || channel.state == channel_with_consumers
           ? fault::unfinished
           : fault::used_up;
}

std::string_view word_of(fault x) {
  switch (x) {
    case fault::no_rdy:
      return "gives no RDY";
    case fault::unread:
      return "does not read";
    case fault::unfinished:
    case fault::used_up:
      return "has not finished";
  }
  return {};
}

std::string_view sentence_of(fault x) {
  switch (x) {
    case fault::no_rdy:
      return "It gives no RDY.";
    case fault::unread:
      return "It has to read what it was sent.";
    case fault::unfinished:
      return "It has to finish what it has.";
    case fault::used_up:
      return "It has to finish, or raise its RDY.";
  }
  return {};
}

std::string not_answered(const actor_stat& x) {
  const auto bytes = x.figure(&connection_figures::open_bytes);
  if (bytes == 0)
    return "waits for the topic that it publishes to" + since(x) + ".";
  return fmt::format("is not read{}: {} that it published are not answered.",
                     since(x), size_in_words(bytes));
}

uint64_t pending_bytes(const actor_stat& x) {
  return x.figure(&connection_figures::pending_bytes)
         + x.figure(&http_figures::pending_bytes);
}

std::string of_client(const actor_stat& x, const actor_stat* from) {
  auto text = fmt::format("{}: ", client(x));
  switch (x.state) {
    case connection_output_full:
    case http_output_full:
      return text
             + fmt::format("does not read; {} wait to be sent{}.",
                           size_in_words(pending_bytes(x)), since(x));
    case connection_asking_auth:
    case http_asking_auth:
      return text + "waits for an auth server" + since(x) + ".";
    case connection_waits_for_topic:
    case http_waits_for_topic:
      return text + not_answered(x);
    default:
      break;
  }
  if (const auto* y = as_consumer(x, from))
    return text
           + fmt::format("RDY {}, {} in flight, {} finished, {} requeued. {}",
                         with_commas(y->rdy), with_commas(y->in_flight),
                         with_commas(y->finished), with_commas(y->requeued),
                         sentence_of(fault_of(*y, *from)));
  return text + std::string{row_of(x.state).sentence};
}

// -- channels -----------------------------------------------------------------

std::string longest_flight(const actor_stat& x, const why_view& all) {
  if (!x.oldest_in_flight)
    return {};
  const auto& y = *x.oldest_in_flight;
  const auto* holder = all.find(y.holder);
  return fmt::format(
    "Oldest in flight: with {}, taken {} ago, times out in {}, attempt {}.",
    holder ? client(*holder) : "a client that has gone", in_words(y.age),
    in_words(std::max(y.left, queue::duration{})), y.attempts);
}

std::string in_flight(const actor_stat& x, const why_view& all) {
  const auto longest = longest_flight(x, all);
  return counted(x.figure(&channel_figures::in_flight), "message")
         + " in flight." + (longest.empty() ? "" : " " + longest);
}

std::string used_rdy(const actor_stat& x, const why_view& all) {
  size_t count = 0;
  uint64_t rdy = 0;
  uint64_t has = 0;
  for (const auto& y : x.consumers)
    if (y.rdy > 0 && y.in_flight >= y.rdy) {
      ++count;
      rdy += y.rdy;
      has += y.in_flight;
    }
  return fmt::format("{} used {} RDY ({} in flight of {}). {}",
                     have(count, "consumer"), count == 1 ? "its" : "their",
                     with_commas(has), with_commas(rdy),
                     longest_flight(x, all));
}

std::string do_not_read(const actor_stat& x) {
  size_t count = 0;
  uint64_t bytes = 0;
  for (const auto& y : x.consumers)
    if (y.in_flight < y.rdy) {
      ++count;
      bytes += y.unread_bytes;
    }
  return fmt::format("{} not read what {} sent ({}).", have(count, "consumer"),
                     count == 1 ? "it was" : "they were", size_in_words(bytes));
}

std::string of_channel(const actor_stat& x, const why_view& all,
                       const report_request& how) {
  std::string text;
  const auto ready = counted(x.figure(&channel_figures::depth), "message")
                     + " ready" + oldest(x, "ready");
  switch (x.state) {
    case channel_idle:
      return text;
    case channel_paused:
      say(text, "{}: {}.", was_paused(x), ready);
      say(text, "`cafq channel unpause {} {}` lets them go on.", how.topic,
          x.name);
      break;
    case channel_no_consumer:
      say(text, "{}. Nobody has subscribed.", ready);
      break;
    case channel_rdy_0:
      say(text, "{}. {} there, and all have RDY 0: they want none.", ready,
          are(x.consumers.size(), "consumer"));
      break;
    case channel_all_rdy_used:
      say(text, "{}. {}", ready, used_rdy(x, all));
      break;
    case channel_not_read:
      say(text, "{}. {}", ready, do_not_read(x));
      break;
    case channel_memory_limit:
      say(text, "{}. {}", ready, row_of(x.state).sentence);
      say(text, "{}", in_flight(x, all));
      break;
    case channel_with_consumers:
      say(text, "Nothing is ready. {}", in_flight(x, all));
      break;
    case channel_only_deferred:
      break;
    case channel_flowing: {
      const auto moved = all.rates_of(x);
      say(text, "Moving: {} in, {} out per second.", with_commas(moved.in),
          with_commas(moved.out));
      say(text, "{}. {}", ready, in_flight(x, all));
      break;
    }
    default:
      say(text, "{}. {}", ready, row_of(x.state).sentence);
  }
  return text + deferred(x);
}

// -- others -------------------------------------------------------------------

std::string of_store(const actor_stat& x) {
  if (x.state == store_full || x.state == store_failing)
    return fmt::format("The disk takes no more messages: {}.", x.waits_for.who);
  return fmt::format("The store has {} to write{}.",
                     size_in_words(x.figure(&store_figures::staged_bytes)),
                     oldest(x, "unsaved"));
}

} // namespace

std::string why_sentence(const actor_stat& x, const actor_stat* from,
                         const why_view& all, const report_request& how) {
  if (x.kind == "topic")
    return of_topic(x, all);
  if (x.kind == "channel")
    return of_channel(x, all, how);
  if (x.kind == "connection" || x.kind == "http")
    return of_client(x, from);
  if (x.kind == "store")
    return of_store(x);
  if (x.state == authorizer_asking)
    return fmt::format("The auth server {} has not answered{}.",
                       x.waits_for.who, since(x));
  if (x.state == discovery_asking)
    return asked_sentence(x.pending.front());
  if (x.state == lookup_peer_backing_off)
    return fmt::format("The nsqlookupd {} is not to be had, and is tried "
                       "again.",
                       x.name);
  return of_state(x);
}

std::string_view why_state(const actor_stat& x, const actor_stat* from) {
  const auto& row = row_of(x.state);
  if (row.how > mood::flowing)
    return row.word;
  const auto* consumer = as_consumer(x, from);
  return consumer ? word_of(fault_of(*consumer, *from)) : row.word;
}

std::string coming_sentence(const pending_stat& x) {
  return fmt::format("The topic has been coming about for {}: who publishes to "
                     "it, or subscribes, waits.",
                     in_words(x.age));
}

std::string asked_sentence(const pending_stat& x) {
  return fmt::format("The nsqlookupd {} was asked {} ago which channels {} has "
                     "elsewhere, and has not answered: it is given up after "
                     "--http-client-request-timeout.",
                     x.waits_for.who, in_words(x.age), x.what);
}

} // namespace cafq
