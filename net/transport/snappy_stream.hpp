#pragma once

#include "net/transport/filter.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace cafq::transport {

/// Snappy's framing format: a stream of chunks.
///
///   [ type: 1 ][ size of the rest: 3 ][ content ]
///
///   00  compressed data      [ masked CRC-32C of the plain bytes: 4 ][ data ]
///   01  uncompressed data    likewise
///   FF  stream identifier    sNaPpY; comes first and may come again
///   80 to FE                 skipped
///
/// Integers are little-endian. A chunk holds up to 65,536 plain bytes.
class snappy_stream : public filter {
public:
  step receive(protocol::input_buffer& wire, std::vector<char>& plain,
               std::vector<char>& reply) override;

  [[nodiscard]] bool
  send(std::string_view plain, std::vector<char>& wire) override;

private:
  step
  take_chunk(uint8_t type, std::string_view content, std::vector<char>& plain);
  void send_chunk(std::string_view plain, std::vector<char>& wire);
  step corrupt(std::string_view what);

  bool identified_ = false;
  bool failed_ = false;
  bool introduced_ = false;
  /// Bytes still to come of a chunk that is skipped.
  size_t skip_ = 0;
};

} // namespace cafq::transport
