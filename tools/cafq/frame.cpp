#include "tools/cafq/frame.hpp"

#include "tools/cafq/big_endian.hpp"
#include "tools/cafq/error.hpp"

namespace cafq::tool {

message_view parse_message(std::string_view data) {
  if (data.size() < message_view::header_size)
    throw error("the broker sent a message frame without a whole header");
  return {
    .created_ns = load_big_endian<std::uint64_t>(data.data()),
    .attempts = load_big_endian<std::uint16_t>(data.data() + 8),
    .id = data.substr(10, 16),
    .body = data.substr(message_view::header_size),
  };
}

} // namespace cafq::tool
