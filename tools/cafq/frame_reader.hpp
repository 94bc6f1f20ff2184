#pragma once

#include "tools/cafq/frame.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace cafq::tool {

/// Cuts a broker's byte stream into frames, in place. Knows no socket:
///
///   n = read(fd, reader.space()); reader.commit(n);
///   while (auto f = reader.next()) ...
class frame_reader {
public:
  /// Larger than any broker's --max-msg-size in use; what is beyond it is
  /// another protocol's text read as a length.
  static constexpr std::size_t max_frame_size = 256U << 20;

  /// Bytes to read at once.
  static constexpr std::size_t default_capacity = 64U << 10;

  explicit frame_reader(std::size_t capacity = default_capacity);

  /// Where the next bytes go; never empty. Invalidates all frames.
  [[nodiscard]] std::span<char> space();

  /// Tells that the first `n` bytes of space() were filled.
  void commit(std::size_t n);

  /// The next whole frame, valid until space().
  /// @throws error when the stream is not NSQ's.
  [[nodiscard]] std::optional<frame> next();

private:
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

} // namespace cafq::tool
