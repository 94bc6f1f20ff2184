#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace cafq {

/// Which actors a stream shows.
struct report_view {
  enum class kind : uint8_t { actors, topics, clients, node };

  kind what = kind::topics;
  /// Only those whose names have this in them.
  std::string filter;
  /// Sorted by this figure, the greatest first; by name if it is empty.
  std::string order;
  /// The first so many of them, or the last.
  size_t most = 1000;
  bool last = false;

  bool operator==(const report_view&) const = default;
};

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
    stream,
    history,
  };

  form how = form::stats_json;
  /// Only this topic, if not empty.
  std::string topic;
  /// Only topics with this channel, if not empty.
  std::string channel;
  bool include_clients = true;
  bool include_memory = true;
  /// Of a stream.
  report_view view;

  /// Whether it is about what keeps a topic, or a channel of it, from moving.
  [[nodiscard]] bool asks_why() const noexcept {
    return how == form::why_json || how == form::why_text;
  }

  bool operator==(const report_request&) const = default;
};

} // namespace cafq
