#include "actors/why.hpp"

#include "actors/stats_each.hpp"
#include "actors/why_words.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/core.h>

namespace cafq {

namespace {

/// Longer chains do not come up: a client waits for a topic, that for a
/// channel, that for a client, say.
constexpr size_t longest_chain = 8;

/// Publishers and channels of a topic that are told of.
constexpr size_t most_findings = 200;

template <class... Ts>
void say(std::string& to, fmt::format_string<Ts...> format, Ts&&... xs) {
  if (!to.empty())
    to += ' ';
  to += fmt::format(format, std::forward<Ts>(xs)...);
}

/// Returns `, the oldest for 41 s` if that is known.
std::string oldest(const actor_stat& x, std::string_view of) {
  const auto age = x.age(of);
  return age ? ", the oldest for " + in_words(*age) : "";
}

std::string since(const actor_stat& x) {
  return x.in_state ? " for " + in_words(*x.in_state) : "";
}

/// Messages per second between two looks.
struct rates {
  uint64_t in = 0;
  uint64_t out = 0;
};

class story {
public:
  story(const node_report& x, const report_request& how) : x_(x), how_(how) {
    for_each_actor(x, [this](const actor_stat& actor) {
      actors_.emplace(actor.id, &actor);
    });
    if (!x.before)
      return;
    for_each_actor(*x.before, [this](const actor_stat& actor) {
      earlier_.emplace(actor.id, &actor);
    });
  }

  why_answer tell() {
    answer_.topic = how_.topic;
    if (x_.topics.empty())
      tell_coming();
    for (const auto& topic : x_.topics)
      tell_topic(topic);
    tell_asking_auth();
    for (const auto& x : answer_.findings)
      answer_.how = std::max(answer_.how, x.how);
    return std::move(answer_);
  }

private:
  using enum actor_state;

  // -- findings ---------------------------------------------------------------

  void tell_topic(const topic_report& x) {
    if (how_.channel.empty())
      follow(x.self);
    for (const auto& channel : x.channels)
      follow(channel);
    if (how_.channel.empty())
      tell_publishers(x.self.id);
  }

  /// Tells of a topic that is not there yet.
  void tell_coming() {
    for (const auto& x : x_.others)
      if (x.kind == "node")
        for (const auto& coming : x.pending)
          if (coming.what == how_.topic)
            follow(x, coming);
  }

  /// Tells of the first of those who wait for the topic; for all, of how many.
  void tell_publishers(uint64_t topic) {
    const actor_stat* first = nullptr;
    size_t count = 0;
    each_client([&](const actor_stat& x) {
      const auto waits = x.state == connection_waits_for_topic
                         || x.state == http_waits_for_topic;
      if (!waits || x.waits_for.actor != topic)
        return;
      ++count;
      if (!first || x.in_state > first->in_state)
        first = &x;
    });
    if (!first)
      return;
    follow(*first);
    if (count > 1)
      say(answer_.findings.back().chain.front().text,
          "{} more publishers wait as well.", with_commas(count - 1));
  }

  /// Tells of clients that may not say yet what they want of which topic.
  void tell_asking_auth() {
    const actor_stat* first = nullptr;
    size_t count = 0;
    each_client([&](const actor_stat& x) {
      if (x.state != connection_asking_auth && x.state != http_asking_auth)
        return;
      ++count;
      if (!first || x.in_state > first->in_state)
        first = &x;
    });
    if (!first)
      return;
    follow(*first);
    if (count > 1)
      say(answer_.findings.back().chain.front().text,
          "{} more clients wait as well.", with_commas(count - 1));
  }

  template <class F>
  void each_client(F f) const {
    for (const auto& x : x_.connections)
      f(x);
    for (const auto& x : x_.others)
      if (x.kind == "http")
        f(x);
  }

  // -- chains -----------------------------------------------------------------

  void follow(const actor_stat& x) {
    if (answer_.findings.size() == most_findings)
      return;
    why_finding result;
    result.how = row_of(x.state).how;
    const auto* from = &x;
    extend(result, x);
    auto next = x.waits_for;
    while (result.how > mood::flowing && result.chain.size() < longest_chain) {
      const auto* to = find(next.actor);
      if (!to) {
        end(result, next);
        break;
      }
      if (visited(result, to->id))
        break;
      extend(result, *to, from);
      result.how = std::max(result.how, row_of(to->state).how);
      next = to->waits_for;
      from = to;
    }
    answer_.findings.push_back(std::move(result));
  }

  /// Tells of a topic that comes about.
  void follow(const actor_stat& node, const pending_stat& x) {
    why_finding result;
    result.how = mood::waiting;
    result.chain.push_back(
      {node.id, "topic", x.what, "coming about",
       fmt::format("The topic comes about since {}: who publishes to it, or "
                   "subscribes, waits.",
                   in_words(x.age))});
    if (const auto* to = find(x.waits_for.actor)) {
      extend(result, *to);
      for (const auto& asked : to->pending)
        if (asked.what == x.what) {
          result.chain.back().text = asked_server(asked);
          break;
        }
      result.how = std::max(result.how, row_of(to->state).how);
      if (!find(to->waits_for.actor))
        end(result, to->waits_for);
    } else {
      end(result, x.waits_for);
    }
    answer_.findings.push_back(std::move(result));
  }

  void extend(why_finding& to, const actor_stat& x,
              const actor_stat* from = nullptr) const {
    to.chain.push_back({x.id, x.kind, x.name, std::string{row_of(x.state).word},
                        text_of(x, from)});
  }

  /// Adds who is to act, unless that was said.
  void end(why_finding& to, const awaited& x) const {
    const auto step = [&](std::string_view kind, std::string text) {
      to.chain.push_back({0, std::string{kind}, x.who, {}, std::move(text)});
    };
    switch (x.what) {
      case awaited::cause::actor:
        step("disk", "Whom it waits for does not answer: the store, while it "
                     "waits for the disk, or somebody who has just ended.");
        break;
      case awaited::cause::disk:
        step("disk", "The disk has to have room again: docs/OPERATIONS.md, "
                     "\"What survives\".");
        break;
      case awaited::cause::memory:
        step("memory", "Consumers have to take messages that are in memory, "
                       "or --memory-limit has to grow.");
        break;
      case awaited::cause::nothing:
      case awaited::cause::client:
      case awaited::cause::human:
      case awaited::cause::server:
      case awaited::cause::time:
        break;
    }
  }

  [[nodiscard]] static bool visited(const why_finding& x, uint64_t id) {
    return std::any_of(x.chain.begin(), x.chain.end(),
                       [=](const auto& step) { return step.id == id; });
  }

  [[nodiscard]] const actor_stat* find(uint64_t id) const {
    const auto i = actors_.find(id);
    return i != actors_.end() ? i->second : nullptr;
  }

  // -- sentences --------------------------------------------------------------

  [[nodiscard]] std::string
  text_of(const actor_stat& x, const actor_stat* from) const {
    if (x.kind == "topic")
      return text_of_topic(x);
    if (x.kind == "channel")
      return text_of_channel(x);
    if (x.kind == "connection" || x.kind == "http")
      return text_of_client(x, from);
    if (x.kind == "store")
      return text_of_store(x);
    if (x.state == authorizer_asking)
      return fmt::format("The auth server {} has not answered{}.",
                         x.waits_for.who, since(x));
    if (x.state == discovery_asking)
      return asked_server(x.pending.front());
    if (x.state == lookup_peer_backing_off)
      return fmt::format("The nsqlookupd {} is not to be had, and is tried "
                         "again.",
                         x.name);
    return std::string{row_of(x.state).sentence} + since_then(x);
  }

  [[nodiscard]] static std::string since_then(const actor_stat& x) {
    return x.in_state ? " So" + since(x) + "." : "";
  }

  [[nodiscard]] static std::string asked_server(const pending_stat& x) {
    return fmt::format("The nsqlookupd {} was asked {} ago which channels {} "
                       "has elsewhere, and has not answered: it is given up "
                       "after --http-client-request-timeout.",
                       x.waits_for.who, in_words(x.age), x.what);
  }

  [[nodiscard]] std::string text_of_topic(const actor_stat& x) const {
    std::string text;
    const auto held = x.counter("depth");
    const auto stay = counted(held, "message")
                      + (held == 1 ? " stays here" : " stay here")
                      + oldest(x, "ready");
    const auto open = x.counter("waiting");
    const auto wait = counted(open, "publish request")
                      + (open == 1 ? " waits" : " wait") + oldest(x, "publish");
    switch (x.state) {
      case topic_paused:
        say(text, "Somebody has paused the topic{}: {}.", ago(x), stay);
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
        say(text, "{} on their way to the disk, {}, {}.",
            counted(x.counter("appending"), "publish request"), wait, stay);
        break;
      case topic_flowing:
        say(text, "Moving: {} messages per second are published.",
            with_commas(rates_of(x).in));
        break;
      default:
        say(text, "{}{}", row_of(x.state).sentence, since_then(x));
    }
    return text + deferred(x);
  }

  [[nodiscard]] std::string text_of_channel(const actor_stat& x) const {
    std::string text;
    const auto ready = counted(x.counter("depth"), "message") + " ready"
                       + oldest(x, "ready") + ".";
    switch (x.state) {
      case channel_idle:
        return text;
      case channel_paused:
        say(text, "Somebody has paused the channel{}: {}", ago(x), ready);
        say(text, "`cafq channel unpause {} {}` lets them go on.", how_.topic,
            x.name);
        break;
      case channel_no_consumer:
        say(text, "{} Nobody has subscribed.", ready);
        break;
      case channel_rdy_0:
        say(text, "{} {} there, and all have RDY 0: they want none.", ready,
            are(x.consumers.size(), "consumer"));
        break;
      case channel_all_rdy_used:
        say(text, "{} {}", ready, used_rdy(x));
        break;
      case channel_not_read:
        say(text, "{} {}", ready, do_not_read(x));
        break;
      case channel_with_consumers:
        say(text, "Nothing is ready. {}", in_flight(x));
        break;
      case channel_only_deferred:
        break;
      case channel_flowing: {
        const auto moved = rates_of(x);
        say(text, "Moving: {} in, {} out per second.", with_commas(moved.in),
            with_commas(moved.out));
        say(text, "{} {}", ready, in_flight(x));
        break;
      }
      default:
        say(text, "{} {}", ready, row_of(x.state).sentence);
    }
    return text + deferred(x);
  }

  [[nodiscard]] static std::string ago(const actor_stat& x) {
    return x.in_state ? " " + in_words(*x.in_state) + " ago" : "";
  }

  [[nodiscard]] static std::string are(uint64_t count, std::string_view noun) {
    return counted(count, noun) + (count == 1 ? " is" : " are");
  }

  [[nodiscard]] static std::string deferred(const actor_stat& x) {
    const auto count = x.counter("deferred");
    if (count == 0)
      return {};
    auto result = (x.state == channel_only_deferred ? "" : " ")
                  + counted(count, "message") + (count == 1 ? " is" : " are")
                  + " deferred";
    if (x.first_due)
      result += ", the first until "
                + in_words(std::max(*x.first_due, queue::duration{}))
                + " from now";
    return result + ".";
  }

  [[nodiscard]] std::string used_rdy(const actor_stat& x) const {
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
                       counted(count, "consumer")
                         + (count == 1 ? " has" : " have"),
                       count == 1 ? "its" : "their", with_commas(has),
                       with_commas(rdy), longest_flight(x));
  }

  [[nodiscard]] std::string do_not_read(const actor_stat& x) const {
    size_t count = 0;
    uint64_t bytes = 0;
    for (const auto& y : x.consumers)
      if (y.in_flight < y.rdy) {
        ++count;
        bytes += y.unread_bytes;
      }
    return fmt::format(
      "{} not read what {} sent ({}).",
      counted(count, "consumer") + (count == 1 ? " has" : " have"),
      count == 1 ? "it was" : "they were", size_in_words(bytes));
  }

  [[nodiscard]] std::string in_flight(const actor_stat& x) const {
    const auto count = x.counter("in_flight");
    const auto longest = longest_flight(x);
    return counted(count, "message") + " in flight."
           + (longest.empty() ? "" : " " + longest);
  }

  [[nodiscard]] std::string longest_flight(const actor_stat& x) const {
    if (!x.oldest_in_flight)
      return {};
    const auto& y = *x.oldest_in_flight;
    return fmt::format(
      "Oldest in flight: with {}, taken {} ago, times out in {}, attempt {}.",
      client(y.holder), in_words(y.age),
      in_words(std::max(y.left, queue::duration{})), y.attempts);
  }

  /// Returns who a client is.
  [[nodiscard]] std::string client(uint64_t id) const {
    const auto* x = find(id);
    return x ? client(*x) : "a client that has gone";
  }

  [[nodiscard]] static std::string client(const actor_stat& x) {
    if (!x.client || x.client->user_agent.empty())
      return x.name;
    return fmt::format("{} ({})", x.name, x.client->user_agent);
  }

  /// @param from Who waits for it; maybe a channel that it consumes.
  [[nodiscard]] static std::string
  text_of_client(const actor_stat& x, const actor_stat* from) {
    auto text = fmt::format("{}: ", client(x));
    switch (x.state) {
      case connection_output_full:
      case http_output_full:
        return text
               + fmt::format("does not read; {} wait to be sent{}.",
                             size_in_words(x.counter("pending_bytes")),
                             since(x));
      case connection_asking_auth:
      case http_asking_auth:
        return text + "waits for an auth server" + since(x) + ".";
      case connection_waits_for_topic:
      case http_waits_for_topic:
        return text + not_answered(x);
      default:
        break;
    }
    if (from)
      for (const auto& y : from->consumers)
        if (y.id == x.id)
          return text
                 + fmt::format("RDY {}, {} in flight, {} finished, {} "
                               "requeued. It has to finish, or raise its RDY.",
                               with_commas(y.rdy), with_commas(y.in_flight),
                               with_commas(y.finished),
                               with_commas(y.requeued));
    return text + std::string{row_of(x.state).sentence};
  }

  [[nodiscard]] static std::string not_answered(const actor_stat& x) {
    const auto bytes = x.counter("open_bytes");
    if (bytes == 0)
      return "waits for the topic that it publishes to" + since(x) + ".";
    return fmt::format("is not read{}: {} that it published are not answered.",
                       since(x), size_in_words(bytes));
  }

  [[nodiscard]] static std::string text_of_store(const actor_stat& x) {
    if (x.state == store_full || x.state == store_failing)
      return fmt::format("The disk takes no more messages: {}.",
                         x.waits_for.who);
    return fmt::format("The store has {} to write{}.",
                       size_in_words(x.counter("staged_bytes")),
                       oldest(x, "unsaved"));
  }

  // -- what moves -------------------------------------------------------------

  [[nodiscard]] rates rates_of(const actor_stat& x) const {
    const auto i = earlier_.find(x.id);
    if (i == earlier_.end() || x_.now <= x_.before->now)
      return {};
    const auto& y = *i->second;
    const auto seconds = static_cast<double>(x_.now - x_.before->now) / 1e9;
    const auto per_second = [=](uint64_t now, uint64_t then) {
      const auto difference = static_cast<double>(now - std::min(now, then));
      return static_cast<uint64_t>(difference / seconds + 0.5);
    };
    const auto left = [](const actor_stat& of) {
      return of.counter("depth") + of.counter("in_flight")
             + of.counter("deferred");
    };
    const auto in = x.counter("messages");
    return {per_second(in, y.counter("messages")),
            per_second(in + left(y), y.counter("messages") + left(x))};
  }

  const node_report& x_;
  const report_request& how_;
  std::unordered_map<uint64_t, const actor_stat*> actors_;
  std::unordered_map<uint64_t, const actor_stat*> earlier_;
  why_answer answer_;
};

} // namespace

unknown missing(const node_report& x, const report_request& how) {
  if (!x.topics.empty())
    return unknown::nothing;
  if (x.topic_found)
    return unknown::channel;
  for (const auto& actor : x.others)
    for (const auto& coming : actor.pending)
      if (actor.kind == "node" && coming.what == how.topic)
        return unknown::nothing;
  return unknown::topic;
}

why_answer explain(const node_report& x, const report_request& how) {
  return story{x, how}.tell();
}

} // namespace cafq
