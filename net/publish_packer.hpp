#pragma once

#include "actors/payloads.hpp"
#include "net/http/api.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace cafq {

/// Makes blocks of what an HTTP request publishes, some messages at a time: a
/// body of millions would keep all other clients waiting.
class publish_packer {
public:
  /// Messages of one go: some tenths of a millisecond.
  static constexpr size_t most_packed = 8192;

  /// @param what Its body must live as long as this.
  explicit publish_packer(http::publish what);

  /// Goes on.
  /// @param arrived Unix time in ns.
  /// @param now When a delay begins.
  /// @returns whether all messages are packed, or refused.
  [[nodiscard]] bool pack(int64_t arrived, queue::time_point now);

  /// Forgets what it packed: that has gone with a topic that did not take it.
  void start_over();

  /// Returns why nothing is published, if so.
  [[nodiscard]] std::optional<http::response>& failed() noexcept {
    return what_.failed;
  }

  /// Returns what to send to the topic.
  /// @pre pack() has returned true.
  [[nodiscard]] batch_ptr take() noexcept {
    return std::exchange(body_, nullptr);
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
  std::optional<http::mpub_reader> rest_;
  batch_ptr body_;
  uint64_t messages_ = 0;
};

} // namespace cafq
