#include "actors/lookup/registry_json.hpp"

#include "actors/lookup/place.hpp"
#include "net/protocol/go_json.hpp"

#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <string_view>

#include <fmt/core.h>

namespace cafq::lookup {

namespace {

constexpr std::string_view all_topics = "*";

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

/// Writes /topics or /channels.
class names_writer : public json_writer {
public:
  names_writer(std::string topic, bool channels)
    : topic_(std::move(topic)), channels_(channels) {
    out = channels_ ? R"({"channels":[)" : R"({"topics":[)";
  }

private:
  bool step(const registry& all, size_t most) override {
    const auto more = all.walk(at_, topic_, most, [this](const place& x) {
      if (channels_ == (x.channel != nullptr) && !too_long()) {
        between_.next(out);
        protocol::append_go_json(out, channels_ ? *x.channel : *x.topic);
      }
      return size_t{1};
    });
    if (!more)
      out += "]}";
    return more;
  }

  std::string topic_;
  bool channels_;
  registry::position at_;
  commas between_;
};

/// Writes /lookup: the channels, then the producers that came up on the way.
class lookup_writer : public json_writer {
public:
  lookup_writer(std::string topic, time_point now)
    : topic_(std::move(topic)), now_(now) {
    out = R"({"channels":[)";
  }

private:
  bool step(const registry& all, size_t most) override {
    if (!named_) {
      named_ = !all.walk(at_, topic_, most,
                         [&](const place& x) { return add(all, x); });
      if (named_)
        out += R"(],"producers":[)";
      return true;
    }
    for (; !whom_.empty() && most > 0 && !too_long(); --most)
      if (const auto* x = all.find(whom_.extract(whom_.begin()).value())) {
        between_producers_.next(out);
        out += '{';
        out += x->json;
        out += '}';
      }
    if (!whom_.empty())
      return true;
    out += "]}";
    return false;
  }

  size_t add(const registry& all, const place& x) {
    if (x.channel) {
      if (!too_long()) {
        between_channels_.next(out);
        protocol::append_go_json(out, *x.channel);
      }
      return 1;
    }
    x.each([&](const place::entry& y) {
      if (all.active(y.what(), now_))
        whom_.insert(y.id);
    });
    return 1 + x.kept();
  }

  std::string topic_;
  time_point now_;
  registry::position at_;
  bool named_ = false;
  std::set<producer_id> whom_;
  commas between_channels_;
  commas between_producers_;
};

/// Writes /nodes: the topics of each come up on the way.
class nodes_writer : public json_writer {
public:
  explicit nodes_writer(time_point now) : now_(now) {
    out = R"({"producers":[)";
  }

private:
  struct lists {
    std::string tombstones;
    std::string topics;
  };

  bool step(const registry& all, size_t most) override {
    if (!named_) {
      named_ = !all.walk(at_, all_topics, most,
                         [&](const place& x) { return add(all, x); });
      if (named_)
        out.reserve(out.size() + parts + parts / 4);
      return true;
    }
    for (; most > 0 && !too_long(); --most) {
      const auto* x = all.next(last_);
      if (!x) {
        out += "]}";
        return false;
      }
      last_ = x->id;
      if (all.active(*x, now_))
        append(*x);
    }
    return true;
  }

  size_t add(const registry& all, const place& x) {
    if (x.channel)
      return 1;
    std::string name;
    protocol::append_go_json(name, *x.topic);
    x.each([&](const place::entry& y) {
      if (too_long())
        return;
      auto& [tombstones, topics] = lists_[y.id];
      const std::string_view comma = topics.empty() ? "" : ",";
      const std::string_view dead = all.dead(y.what(), now_) ? "true" : "false";
      tombstones.append(comma).append(dead);
      topics.append(comma).append(name);
      parts += 2 * comma.size() + dead.size() + name.size();
    });
    return 1 + x.kept();
  }

  void append(const producer& x) {
    // What is written is given back at once: there may be a lot of it.
    const auto found = lists_.extract(x.id);
    const auto of = found ? std::move(found.mapped()) : lists{};
    parts -= of.tombstones.size() + of.topics.size();
    between_.next(out);
    out += '{';
    out += x.json;
    out += R"(,"tombstones":[)";
    out += of.tombstones;
    out += R"(],"topics":[)";
    out += of.topics;
    out += ']';
    if (!x.unreachable.empty()) {
      out += R"(,"dial_back":)";
      protocol::append_go_json(out, x.unreachable);
    }
    out += '}';
  }

  time_point now_;
  registry::position at_;
  bool named_ = false;
  std::map<producer_id, lists> lists_;
  /// The last one that was written.
  producer_id last_ = 0;
  commas between_;
};

/// Writes /debug. Go sorts the keys, which is not the order of the names.
class debug_writer : public json_writer {
public:
  explicit debug_writer(duration unix_offset) : unix_offset_(unix_offset) {
    out = "{";
  }

private:
  bool step(const registry& all, size_t most) override {
    if (!clients_) {
      for (; most > 0 && !too_long(); --most) {
        const auto* x = all.next(last_);
        clients_ = !x;
        if (clients_)
          break;
        last_ = x->id;
        append(lists_["client::"], {x, std::nullopt});
      }
      return true;
    }
    if (!named_) {
      named_ = !all.walk(at_, all_topics, most,
                         [this](const place& x) { return add(x); });
      if (named_)
        out.reserve(parts + parts / 4);
      return true;
    }
    for (size_t done = 0; !lists_.empty() && done < most;) {
      // What is written is given back at once: there may be a lot of it.
      const auto next = lists_.extract(lists_.begin());
      between_.next(out);
      protocol::append_go_json(out, next.key());
      out += ':';
      out += next.mapped();
      out += ']';
      parts -= next.mapped().size();
      done += 1 + next.mapped().size() / bytes_of_one;
    }
    if (!lists_.empty())
      return true;
    out += '}';
    return false;
  }

  size_t add(const place& x) {
    const auto key = x.channel
                       ? fmt::format("channel:{}:{}", *x.topic, *x.channel)
                       : fmt::format("topic:{}:", *x.topic);
    if (!x.empty()) {
      auto& list = lists_[key];
      x.each([&](const place::entry& y) { append(list, y.what()); });
    }
    return 1 + x.kept();
  }

  void append(std::string& list, const registry::registered& x) {
    if (too_long())
      return;
    const auto before = list.size();
    const auto& who = x.who->who;
    list += list.empty() ? '[' : ',';
    list += R"({"broadcast_address":)";
    protocol::append_go_json(list, who.broadcast_address);
    list += R"(,"hostname":)";
    protocol::append_go_json(list, who.hostname);
    fmt::format_to(std::back_inserter(list),
                   R"(,"http_port":{},"id":"{}","last_update":{},)"
                   R"("tcp_port":{},"tombstoned":{},"tombstoned_at":{},)"
                   R"("version":)",
                   who.http_port, x.who->remote_address,
                   unix_ns(x.who->last_update), who.tcp_port,
                   x.tombstoned.has_value(),
                   x.tombstoned ? unix_ns(*x.tombstoned) : never);
    protocol::append_go_json(list, who.version);
    list += '}';
    parts += list.size() - before;
  }

  [[nodiscard]] int64_t unix_ns(time_point x) const {
    return (x.time_since_epoch() + unix_offset_).count();
  }

  /// About, of a registration.
  static constexpr size_t bytes_of_one = 256;

  duration unix_offset_;
  /// Whether producers, and names, have been gone through.
  bool clients_ = false;
  bool named_ = false;
  producer_id last_ = 0;
  registry::position at_;
  std::map<std::string, std::string> lists_;
  commas between_;
};

} // namespace

std::unique_ptr<json_writer>
write_json(const request& x, time_point now, duration unix_offset) {
  using enum request::kind;
  switch (x.what) {
    case lookup:
      return std::make_unique<lookup_writer>(x.topic, now);
    case topics:
      return std::make_unique<names_writer>(std::string{all_topics}, false);
    case channels:
      return std::make_unique<names_writer>(x.topic, true);
    case nodes:
      return std::make_unique<nodes_writer>(now);
    case debug:
      return std::make_unique<debug_writer>(unix_offset);
    default:
      return nullptr;
  }
}

size_t extent(const registry& all, const request& x) {
  using enum request::kind;
  const auto of_one = x.what == lookup || x.what == channels;
  return all.extent(of_one ? std::string_view{x.topic} : all_topics);
}

} // namespace cafq::lookup
