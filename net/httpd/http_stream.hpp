#pragma once

#include "actors/queue/time.hpp"
#include "actors/reports/stats_collector.hpp"
#include "net/http/api.hpp"
#include "net/httpd/stream_places.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace cafq {

/// A client that is told again and again what changes. It is asked for when it
/// is due and the client has taken what it was told: one that is slow is told
/// less often.
class http_stream {
public:
  http_stream(http::stream_command what, stream_places::place place)
    : what_(std::move(what)), place_(std::move(place)) {
    // nop
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

  /// Takes what has changed.
  /// @returns the head of the event; its data is the text of the news.
  [[nodiscard]] std::string told(const stream_news& x) {
    looking_ = false;
    told_ = x.told;
    const auto* kind = ++events_ == 1 ? "snapshot" : "delta";
    return fmt::format("id: {}\nevent: {}\ndata: ", events_, kind);
  }

  [[nodiscard]] const report_request& what() const noexcept {
    return what_.what;
  }

  /// Returns what the client knows.
  [[nodiscard]] const stream_marks& known() const noexcept {
    return told_;
  }

  /// Returns the bytes of memory that takes.
  [[nodiscard]] size_t held() const noexcept {
    return sizeof(*this) + (told_ ? told_->size() * sizeof(stream_mark) : 0);
  }

  /// When to look next; nothing while an answer is to come.
  [[nodiscard]] std::optional<queue::time_point> due() const noexcept {
    return looking_ ? std::nullopt : std::optional{due_};
  }

private:
  http::stream_command what_;
  stream_places::place place_;
  stream_marks told_;
  uint64_t events_ = 0;
  bool looking_ = false;
  queue::time_point due_{};
};

} // namespace cafq
