#include "actors/reports/why.hpp"

#include "actors/reports/why_sentences.hpp"
#include "actors/reports/why_view.hpp"
#include "actors/reports/why_words.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/core.h>

namespace cafq {

namespace {

using enum actor_state;

/// Longer chains do not come up: a client waits for a topic, that for a
/// channel, that for a client, say.
constexpr size_t longest_chain = 8;

/// Channels of a topic that are told of.
constexpr size_t most_channels = 200;

mood own_mood(const actor_stat& x) {
  return row_of(x.state).how;
}

/// Returns those to tell of, in their order: those that are worst, if there are
/// too many.
std::vector<const actor_stat*>
select_worst(const std::vector<const actor_stat*>& all) {
  if (all.size() <= most_channels)
    return all;
  std::array<size_t, 4> left{};
  auto room = most_channels;
  for (const auto how :
       {mood::stuck, mood::waiting, mood::flowing, mood::idle}) {
    const auto count = static_cast<size_t>(std::count_if(
      all.begin(), all.end(), [=](auto* x) { return own_mood(*x) == how; }));
    left[static_cast<size_t>(how)] = std::min(room, count);
    room -= std::min(room, count);
  }
  std::vector<const actor_stat*> result;
  for (const auto* x : all) {
    auto& of_mood = left[static_cast<size_t>(own_mood(*x))];
    if (of_mood == 0)
      continue;
    --of_mood;
    result.push_back(x);
  }
  return result;
}

const topic_report* topic_of(const node_report& x, const std::string& name) {
  for (const auto& topic : x.topics)
    if (topic.self.name == name)
      return &topic;
  return nullptr;
}

/// Whether somebody who is in this state, and waits for an actor that has told
/// nothing about itself, waits for the STORE.
bool waits_for_store(actor_state x) {
  return x == topic_waits_for_store || x == topic_unnumbered
         || x == channel_reading_disk || x == channel_waits_for_id
         || x == node_adding_topics;
}

class story {
public:
  story(const node_report& x, const report_request& how,
        const node_report* before)
    : x_(x), how_(how), all_(x, before) {
    // nop
  }

  why_answer tell() {
    answer_.topic = how_.topic;
    if (const auto* topic = topic_of(x_, how_.topic))
      tell_topic(*topic);
    else
      tell_coming();
    tell_clients("client", [](const actor_stat& x) {
      return x.state == connection_asking_auth || x.state == http_asking_auth;
    });
    for (const auto& x : answer_.findings)
      answer_.how = std::max(answer_.how, x.how);
    return std::move(answer_);
  }

private:
  // -- findings ---------------------------------------------------------------

  void tell_topic(const topic_report& x) {
    if (how_.channel.empty())
      add(follow(x.self));
    std::vector<const actor_stat*> channels;
    for (const auto& channel : x.channels)
      if (how_.channel.empty() || channel.name == how_.channel)
        channels.push_back(&channel);
    const auto told = select_worst(channels);
    for (const auto* channel : told)
      add(follow(*channel));
    answer_.left_out = channels.size() - told.size();
    if (how_.channel.empty())
      tell_clients("publisher", [&](const actor_stat& y) {
        return (y.state == connection_waits_for_topic
                || y.state == http_waits_for_topic)
               && y.waits_for.actor == x.self.id;
      });
  }

  /// Tells of a topic that is not there yet.
  void tell_coming() {
    for (const auto& x : x_.others)
      if (x.kind == "node")
        for (const auto& coming : x.pending)
          if (coming.what == how_.topic)
            add(follow(x, coming));
  }

  /// Tells of the first of those clients that wait so; for all, of how many.
  template <class F>
  void tell_clients(std::string_view noun, F waits) {
    const actor_stat* first = nullptr;
    size_t count = 0;
    each_client([&](const actor_stat& x) {
      if (!waits(x))
        return;
      ++count;
      if (!first || x.in_state > first->in_state)
        first = &x;
    });
    if (!first)
      return;
    auto result = follow(*first);
    if (count > 1)
      result.chain.front().text
        += fmt::format(" {} more {}{} as well.", with_commas(count - 1), noun,
                       count == 2 ? " waits" : "s wait");
    add(std::move(result));
  }

  template <class F>
  void each_client(F f) const {
    for (const auto& x : x_.connections)
      f(x);
    for (const auto& x : x_.others)
      if (x.kind == "http")
        f(x);
  }

  void add(why_finding x) {
    answer_.findings.push_back(std::move(x));
  }

  // -- chains -----------------------------------------------------------------

  [[nodiscard]] why_finding follow(const actor_stat& x) const {
    why_finding result;
    result.how = own_mood(x);
    const auto* from = &x;
    extend(result, x);
    while (result.how > mood::flowing && result.chain.size() < longest_chain) {
      const auto* to = all_.find(from->waits_for.actor);
      if (!to) {
        end(result, *from, from->waits_for);
        break;
      }
      if (visited(result, to->id))
        break;
      extend(result, *to, from);
      result.how = std::max(result.how, own_mood(*to));
      from = to;
    }
    return result;
  }

  /// Follows a topic that comes about.
  [[nodiscard]] why_finding
  follow(const actor_stat& node, const pending_stat& x) const {
    why_finding result;
    result.how = mood::waiting;
    result.chain.push_back(
      {node.id, "topic", x.what, "coming about", coming_sentence(x)});
    const auto* to = all_.find(x.waits_for.actor);
    if (!to) {
      end(result, node, x.waits_for);
      return result;
    }
    extend(result, *to);
    for (const auto& asked : to->pending)
      if (asked.what == x.what) {
        result.chain.back().text = asked_sentence(asked);
        break;
      }
    result.how = std::max(result.how, own_mood(*to));
    if (!all_.find(to->waits_for.actor))
      end(result, *to, to->waits_for);
    return result;
  }

  void extend(why_finding& to, const actor_stat& x,
              const actor_stat* from = nullptr) const {
    to.chain.push_back({x.id, std::string{x.kind}, x.name,
                        std::string{why_state(x, from)},
                        why_sentence(x, from, all_, how_)});
  }

  /// Adds who is to act, unless that was said.
  /// @param last Who waits for it.
  static void end(why_finding& to, const actor_stat& last, const awaited& x) {
    const auto step = [&](std::string_view kind, std::string text) {
      to.chain.push_back({0, std::string{kind}, x.who, {}, std::move(text)});
    };
    switch (x.what) {
      case awaited::cause::actor:
        if (waits_for_store(last.state))
          step("disk", "The store does not answer: it waits for the disk.");
        else if (last.state == connection_waits_for_topic
                 || last.state == http_waits_for_topic)
          step("topic", "It is another topic: ask why of that one.");
        else
          step("gone", "Whom it waits for has just ended.");
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

  const node_report& x_;
  const report_request& how_;
  why_view all_;
  why_answer answer_;
};

} // namespace

unknown missing(const node_report& x, const report_request& how) {
  if (const auto* topic = topic_of(x, how.topic)) {
    const auto& all = topic->channels;
    const auto there = how.channel.empty()
                       || std::any_of(all.begin(), all.end(), [&](auto& y) {
                            return y.name == how.channel;
                          });
    return there ? unknown::nothing : unknown::channel;
  }
  for (const auto& actor : x.others)
    for (const auto& coming : actor.pending)
      if (actor.kind == "node" && coming.what == how.topic)
        return unknown::nothing;
  return unknown::topic;
}

why_answer explain(const node_report& x, const report_request& how,
                   const node_report* before) {
  return story{x, how, before}.tell();
}

} // namespace cafq
