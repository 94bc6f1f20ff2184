#pragma once

#include <cstdint>
#include <string>

namespace cafq::lookup {

/// What is asked of a registry over HTTP, with the rules about names kept.
struct request {
  enum class kind : uint8_t {
    lookup,
    topics,
    channels,
    nodes,
    debug,
    create_topic,
    erase_topic,
    tombstone,
    create_channel,
    erase_channel,
  };

  kind what = kind::topics;
  std::string topic;
  std::string channel;
  /// `host:port` of HTTP.
  std::string node;

  bool operator==(const request&) const = default;
};

} // namespace cafq::lookup
