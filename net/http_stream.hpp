#pragma once

#include "actors/queue/time.hpp"
#include "net/http/api.hpp"
#include "net/http/event_stream.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cafq {

/// A client that is told again and again what changes. It is asked for when it
/// is due and the client has taken what it was told: one that is slow is told
/// less often.
class http_stream {
public:
  /// Streams at a time, on all ports.
  static constexpr size_t most = 64;

  /// @param count How many there are, this one included while it lives.
  http_stream(http::stream_command what, std::shared_ptr<size_t> count)
    : what_(std::move(what)), count_(std::move(count)) {
    ++*count_;
  }

  http_stream(const http_stream&) = delete;
  http_stream& operator=(const http_stream&) = delete;

  ~http_stream() {
    --*count_;
  }

  /// Whether to look now. The answer is `told`.
  [[nodiscard]] bool begin_look(queue::time_point now) {
    if (looking_ || now < due_)
      return false;
    looking_ = true;
    // All streams look at the same times, so that they share what is gathered.
    const queue::duration interval = what_.interval;
    due_
      = queue::time_point{(now.time_since_epoch() / interval + 1) * interval};
    return true;
  }

  /// Returns the event to send.
  [[nodiscard]] std::string told(std::string_view lines) {
    looking_ = false;
    return events_.next(lines);
  }

  [[nodiscard]] const report_request& what() const noexcept {
    return what_.what;
  }

  /// When to look next; nothing while an answer is to come.
  [[nodiscard]] std::optional<queue::time_point> due() const noexcept {
    return looking_ ? std::nullopt : std::optional{due_};
  }

private:
  http::stream_command what_;
  std::shared_ptr<size_t> count_;
  http::event_stream events_;
  bool looking_ = false;
  queue::time_point due_{};
};

} // namespace cafq
