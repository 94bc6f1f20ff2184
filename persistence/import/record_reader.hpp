#pragma once

#include "persistence/import/file_window.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cafq::nsqd {

/// One message in a file of nsqd:
///
///   [ length (4) ][ timestamp (8) ][ attempts (2) ][ id (16) ][ body ]
///
/// Big-endian integers. The length counts all that is behind it, the id is 16
/// hex digits.
struct record {
  int64_t timestamp_ns = 0;
  uint16_t attempts = 0;
  std::string_view body;

  /// Where it is in its file.
  uint64_t begin = 0;
  uint64_t end = 0;
};

/// All of a record but its body.
constexpr size_t record_header_size = 30;

/// Reads the records of a file from front to back. Where there is none, it goes
/// on at the next place that looks like one: the time within years of now,
/// and behind it another record or the end of the file.
class record_reader {
public:
  /// @param from Where a record is expected.
  /// @param now_ns For what times are credible.
  record_reader(file_window& in, uint64_t from, int64_t now_ns) noexcept
    : in_(in), at_(from), now_ns_(now_ns) {
    // nop
  }

  /// @returns the next record, nothing if there are no more. Its body is there
  ///          until the next call. What lies between the end of one and the
  ///          begin of the next is damaged.
  [[nodiscard]] std::optional<record> next();

private:
  [[nodiscard]] std::optional<uint64_t> find();
  [[nodiscard]] bool is_certainly_record(uint64_t offset);
  [[nodiscard]] bool may_follow(uint64_t offset);
  [[nodiscard]] std::optional<uint64_t> search(uint64_t from, uint64_t to);

  file_window& in_;
  uint64_t at_;
  int64_t now_ns_;
};

} // namespace cafq::nsqd
