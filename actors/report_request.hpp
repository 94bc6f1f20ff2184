#pragma once

#include <cstdint>
#include <string>

namespace cafq {

/// What to tell about the node, in which form.
struct report_request {
  enum class form : uint8_t {
    stats_json,
    stats_text,
    metrics,
    actors_json,
    actors_dot,
    why_json,
    why_text,
  };

  form how = form::stats_json;
  /// Only this topic, if not empty.
  std::string topic;
  /// Only topics with this channel, if not empty.
  std::string channel;
  bool include_clients = true;
  bool include_memory = true;

  /// Whether it is about what keeps a topic, or a channel of it, from moving.
  [[nodiscard]] bool asks_why() const noexcept {
    return how == form::why_json || how == form::why_text;
  }

  bool operator==(const report_request&) const = default;
};

} // namespace cafq
