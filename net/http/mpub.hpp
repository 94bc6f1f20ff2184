#pragma once

#include "net/http/response.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cafq::http {

/// What bounds publishes.
struct limits {
  uint64_t max_msg_size = 1048576;
  uint64_t max_body_size = 5242880;
  /// Of `defer`, in milliseconds.
  int64_t max_defer_ms = 3600000;
};

/// Takes a body apart into messages, some at a time: one of millions would keep
/// everybody else waiting.
///
///     lines:   each is a message, empty ones do not count
///     records: [ 4-byte count ] count times [ 4-byte size ][ message ]
///
/// What comes behind the last record is ignored.
class mpub_reader {
public:
  enum class form : uint8_t { lines, records };

  /// @param body Must live as long as this. One that is too long still is read
  ///   up to there: an error that comes first is the one to tell.
  /// @param whole Whether its end came; if not, that is the last error.
  mpub_reader(std::string_view body, form how, bool whole,
              const limits& allowed) noexcept;

  /// Appends the next messages, at most `most`.
  /// @returns why the body is refused as a whole, if it is.
  /// @pre !done()
  [[nodiscard]] std::optional<response>
  read(size_t most, std::vector<std::string_view>& to);

  [[nodiscard]] bool done() const noexcept {
    return done_;
  }

private:
  std::optional<response>
  read_lines(size_t most, std::vector<std::string_view>& to);
  std::optional<response>
  read_records(size_t most, std::vector<std::string_view>& to);
  std::optional<response> read_count();
  bool read_int(int32_t& value) noexcept;

  std::string_view body_;
  limits allowed_;
  size_t at_ = 0;
  /// Records that are still to come; negative before their number is known.
  int32_t left_ = -1;
  form form_;
  bool whole_;
  bool done_ = false;
};

} // namespace cafq::http
