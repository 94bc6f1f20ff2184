#pragma once

#include "actors/payloads.hpp"
#include "net/http/api.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace cafq {

/// Makes blocks of what an HTTP request publishes, some messages at a time: a
/// body of millions would keep all other clients waiting.
class publish_packer {
public:
  /// Messages of one go: some tenths of a millisecond.
  static constexpr size_t most_packed = 8192;

  /// @param what Its body must live as long as this.
  explicit publish_packer(http::publish what);

  /// Goes on. Once all is packed, the body is not looked at any more.
  /// @param arrived Unix time in ns.
  /// @param now When a delay begins.
  /// @returns whether all messages are packed, or refused.
  [[nodiscard]] bool pack(int64_t arrived, queue::time_point now);

  /// Copies what `take` returned: it has gone with a topic that did not keep
  /// it, but somebody may have it still.
  void again();

  /// Returns why nothing is published, if so.
  [[nodiscard]] std::optional<http::response>& failed() noexcept {
    return what_.failed;
  }

  /// Returns what to send to the topic.
  /// @pre pack() has returned true.
  [[nodiscard]] const batch_ptr& take() const noexcept {
    return body_;
  }

  /// Returns the bytes of memory that it takes.
  [[nodiscard]] size_t memory() const noexcept {
    return memory_;
  }

  [[nodiscard]] const std::string& topic() const noexcept {
    return what_.topic;
  }

  /// How many messages were packed.
  [[nodiscard]] uint64_t messages() const noexcept {
    return messages_;
  }

private:
  http::publish what_;
  batch_ptr body_{new batch};
  size_t memory_ = sizeof(batch);
  uint64_t messages_ = 0;
  bool packed_ = false;
};

} // namespace cafq
