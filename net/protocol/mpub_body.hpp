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

  /// Returns the records within the body.
  /// @pre `done()`
  [[nodiscard]] std::string_view records(std::string_view body) const noexcept {
    return body.substr(first_record, at_ - first_record);
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
};

} // namespace cafq::protocol
