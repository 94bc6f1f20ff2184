#include "actors/lookup/registry_json.hpp"

#include "net/protocol/go_json.hpp"

#include <iterator>
#include <map>
#include <utility>

#include <fmt/core.h>

namespace cafq::lookup {

namespace {

/// What Go makes of a time that never was, in nanoseconds.
constexpr int64_t never = -6795364578871345152;

/// Separates the items of a list.
class commas {
public:
  void next(std::string& out) {
    if (std::exchange(begun_, true))
      out += ',';
  }

private:
  bool begun_ = false;
};

void append_names(std::string& out, const std::vector<std::string_view>& x) {
  out += '[';
  commas between;
  for (const auto name : x) {
    between.next(out);
    protocol::append_go_json(out, name);
  }
  out += ']';
}

int64_t unix_ns(time_point x, duration offset) {
  return (x.time_since_epoch() + offset).count();
}

void append_node(std::string& out, const registry& all, const producer& x,
                 time_point now) {
  out += '{';
  out += x.json;
  std::string topics;
  commas between_flags;
  commas between_topics;
  out += R"(,"tombstones":[)";
  all.each_topic_of(x, now, [&](std::string_view topic, bool dead) {
    between_flags.next(out);
    out += dead ? "true" : "false";
    between_topics.next(topics);
    protocol::append_go_json(topics, topic);
  });
  out += R"(],"topics":[)";
  out += topics;
  out += ']';
  if (!x.unreachable.empty()) {
    out += R"(,"dial_back":)";
    protocol::append_go_json(out, x.unreachable);
  }
  out += '}';
}

void append_debug(std::string& out, const registry::registered& x,
                  duration unix_offset) {
  const auto& who = x.who->who;
  out += R"({"broadcast_address":)";
  protocol::append_go_json(out, who.broadcast_address);
  out += R"(,"hostname":)";
  protocol::append_go_json(out, who.hostname);
  fmt::format_to(std::back_inserter(out),
                 R"(,"http_port":{},"id":"{}","last_update":{},"tcp_port":{},)"
                 R"("tombstoned":{},"tombstoned_at":{},"version":)",
                 who.http_port, x.who->remote_address,
                 unix_ns(x.who->last_update, unix_offset), who.tcp_port,
                 x.tombstoned.has_value(),
                 x.tombstoned ? unix_ns(*x.tombstoned, unix_offset) : never);
  protocol::append_go_json(out, who.version);
  out += '}';
}

} // namespace

std::optional<std::string>
lookup_json(const registry& x, std::string_view topic, time_point now) {
  if (!x.has_topic(topic))
    return std::nullopt;
  std::string out = R"({"channels":)";
  append_names(out, x.channels(topic));
  out += R"(,"producers":[)";
  commas between;
  for (const auto* who : x.active(topic, now)) {
    between.next(out);
    out += '{';
    out += who->json;
    out += '}';
  }
  return out += "]}";
}

std::string topics_json(const registry& x) {
  std::string out = R"({"topics":)";
  append_names(out, x.topics());
  return out += '}';
}

std::string channels_json(const registry& x, std::string_view topic) {
  std::string out = R"({"channels":)";
  append_names(out, x.channels(topic));
  return out += '}';
}

std::optional<std::string> nodes_json(const registry& x, time_point now) {
  std::string out = R"({"producers":[)";
  commas between;
  for (const auto* who : x.nodes(now)) {
    between.next(out);
    append_node(out, x, *who, now);
    if (out.size() > most_json)
      return std::nullopt;
  }
  return out += "]}";
}

std::optional<std::string> debug_json(const registry& x, duration unix_offset) {
  // Go sorts the keys.
  std::map<std::string, std::string> lists;
  size_t size = 0;
  const auto add = [&](std::string key, const registry::registered& what) {
    if (size > most_json)
      return;
    auto& list = lists[std::move(key)];
    const auto before = list.size();
    list += list.empty() ? '[' : ',';
    append_debug(list, what, unix_offset);
    size += list.size() - before;
  };
  for (const auto* who : x.producers())
    add("client::", {who, std::nullopt});
  x.each([&](std::string_view topic, const std::string* channel,
             const registry::registered& what) {
    add(channel ? fmt::format("channel:{}:{}", topic, *channel)
                : fmt::format("topic:{}:", topic),
        what);
  });
  if (size > most_json)
    return std::nullopt;
  std::string out = "{";
  out.reserve(size + size / 4);
  commas between;
  // What is written is given back at once: there is a lot of it.
  while (!lists.empty()) {
    const auto next = lists.extract(lists.begin());
    between.next(out);
    protocol::append_go_json(out, next.key());
    out += ':';
    out += next.mapped();
    out += ']';
  }
  return out += '}';
}

} // namespace cafq::lookup
