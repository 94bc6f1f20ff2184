#pragma once

#include "net/protocol/limits.hpp"
#include "net/protocol/violation.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cafq::protocol {

/// Checks an MPUB's body as it arrives and remembers how far it came, so that
/// every byte of a body in many pieces is looked at once.
class mpub_body {
public:
  /// Goes on with the check.
  /// @param body All bytes there are behind the command line.
  [[nodiscard]] std::optional<violation>
  advance(std::string_view body, const limits& limits);

  /// What nsqd says if the input ends here.
  /// @pre `!done()`
  [[nodiscard]] violation cut_short(size_t body_size) const;

  /// Whether the last record is complete.
  [[nodiscard]] bool done() const noexcept {
    return at_ > first_record && index_ == count_;
  }

  /// How long the body must be before advance() has something to do. The
  /// declared size counts too, though it binds nobody: usually it is right, and
  /// then a body is fetched at once and not record by record.
  [[nodiscard]] size_t wanted() const noexcept;

  /// The bytes of the whole body, sizes and count included.
  /// @pre `done()`
  [[nodiscard]] size_t size() const noexcept {
    return at_;
  }

  /// Most records to handle in one go.
  static constexpr size_t most_in_part = 8192;

  struct part {
    std::string_view records;
    uint32_t count = 0;
  };

  /// Returns the next records within the body, at most `most_in_part`.
  /// @pre `done()`
  [[nodiscard]] part take(std::string_view body) noexcept;

  /// Whether the next part is the last one.
  /// @pre `done()`
  [[nodiscard]] bool last() const noexcept {
    return count_ - taken_ <= most_in_part;
  }

  [[nodiscard]] uint32_t count() const noexcept {
    return count_;
  }

  /// The bytes of all messages.
  [[nodiscard]] size_t message_bytes() const noexcept {
    return at_ - first_record - size_t{4} * count_;
  }

private:
  // [ 4-byte size ][ 4-byte count ][ records ]
  static constexpr size_t first_record = 8;

  /// Where the next size, count or record begins.
  size_t at_ = 0;
  /// The body length at which the field or record at `at_` is complete.
  size_t step_ = 4;
  size_t declared_ = 0;
  uint32_t count_ = 0;
  /// How many records are complete.
  uint32_t index_ = 0;
  /// How many records were taken, and where the others begin.
  uint32_t taken_ = 0;
  size_t taken_to_ = first_record;
};

} // namespace cafq::protocol
