#pragma once

#include <caf/error.hpp>
#include <caf/make_message.hpp>

#include <cstdint>
#include <string>

namespace cafq {

/// Everything that can go wrong between actors. Codes that a client sees are
/// built from these in net/protocol.
enum class ec : uint8_t {
  none,
  /// No topic has this name.
  no_such_topic,
  /// The topic has no channel of this name.
  no_such_channel,
  /// There are as many topics as --max-topics allows.
  too_many_topics,
  /// The topic has as many channels as --max-channels-per-topic allows.
  too_many_channels,
  /// The channel has as many consumers as --max-channel-consumers allows.
  too_many_consumers,
  /// The disk has no room for what was to be saved.
  disk_full,
  /// No message of the queue has this number.
  no_such_message,
  /// As many look through messages as may.
  too_many_looks,
  /// A topic, or a channel of it, has failed too often to be started again.
  failed,
  /// The answer would be longer than any may be.
  too_long,
  /// Somebody else takes a backup.
  backup_runs,
  /// A backup was broken off, or did not begin; the context says why.
  backup_failed,
};

/// @relates ec
const char* to_string(ec x) noexcept;

/// Returns the words that an error came with, or what `render` does.
std::string reason(const caf::error& x);

/// Renders an error of any category for the log.
std::string render(const caf::error& x);

} // namespace cafq

CAF_ERROR_CODE_ENUM(cafq::ec, "cafq")
