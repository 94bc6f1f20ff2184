#pragma once

#include "actors/queue/peek.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace cafq {

/// Which messages somebody wants to see.
struct peek_query {
  std::string topic;
  /// Empty: those that the topic holds itself.
  std::string channel;
  queue::message_state state = queue::message_state::ready;
  /// Only those behind this one.
  queue::deferred_key after;
  /// How many to show, at most.
  size_t most = 100;
  /// Only those with this in their bodies, if not empty.
  std::string contains;
  /// Bytes of each body to show.
  size_t body_bytes = 1024;
  /// The 64 bits of an id: only this one, in whatever state it is.
  std::optional<uint64_t> id;
};

} // namespace cafq
