#pragma once

#include "actors/lookup/request.hpp"
#include "actors/peek_query.hpp"
#include "actors/report_request.hpp"
#include "net/http/mpub.hpp"
#include "net/http/request.hpp"
#include "net/http/response.hpp"
#include "net/http/router.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What a request asks of the node, as values. Knows nsqd's rules about
/// parameters and bodies; knows no socket and no actor.
namespace cafq::http {

/// Publish messages; the topic is created first.
struct publish {
  std::string topic;
  /// The body of the request, or the messages within it.
  std::string_view message;
  std::optional<mpub_reader> many;
  std::chrono::milliseconds delay{0};
  /// What nsqd only finds wrong behind the creation of the topic.
  std::optional<response> failed;
};

enum class operation : uint8_t { create, erase, empty, pause, unpause };

struct topic_command {
  operation what{};
  std::string topic;
};

struct channel_command {
  operation what{};
  std::string topic;
  std::string channel;
};

/// What the node itself knows.
struct node_command {
  endpoint what{};
};

/// Tell again and again what changes.
struct stream_command {
  report_request what;
  std::chrono::milliseconds interval{1000};
};

/// Copy the store.
struct backup_command {
  /// By how many bytes its file may grow meanwhile.
  uint64_t max_growth = 0;
};

/// Read or set an option.
struct config_command {
  std::string option;
  /// What to set it to.
  std::optional<std::string> value;
};

using effect
  = std::variant<response, publish, topic_command, channel_command,
                 report_request, stream_command, peek_query, config_command,
                 node_command, backup_command, lookup::request>;

/// How much of a body to read.
struct body_plan {
  uint64_t limit = 0;
  /// Whether anybody looks at it.
  bool wanted = false;
  /// How many times its size it takes at most while it becomes messages.
  size_t times = 1;
};

/// A body that nobody looks at is read over up to here, so that the connection
/// can go on; the same as Go's.
inline constexpr uint64_t most_discarded = uint64_t{256} << 10U;

/// Says what to do about the body once the head is known: a body plan, or an
/// answer that does not need it.
[[nodiscard]] std::variant<body_plan, response>
plan_body(const route& to, const request& x, const limits& allowed);

/// How the body ended.
enum class body_state : uint8_t { complete, too_big, broken };

/// Says what a request is about.
/// @param body Must live as long as the result.
[[nodiscard]] effect
to_effect(const route& to, const request& x, std::string_view body,
          body_state how, const limits& allowed);

} // namespace cafq::http
