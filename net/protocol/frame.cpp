#include "net/protocol/frame.hpp"

#include "net/protocol/big_endian.hpp"

#include <array>
#include <cstring>

namespace cafq::protocol {

namespace {

constexpr size_t frame_header_size = 8;

/// Writes size and type; the size counts the type but not itself.
void store_header(char* bytes, frame_type type, size_t data_size) {
  store_big_endian(bytes, static_cast<uint32_t>(4 + data_size));
  store_big_endian(bytes + 4, static_cast<int32_t>(type));
}

void append_frame(std::vector<char>& out, frame_type type,
                  std::string_view data) {
  std::array<char, frame_header_size> header{};
  store_header(header.data(), type, data.size());
  out.insert(out.end(), header.begin(), header.end());
  append(out, data);
}

} // namespace

void append_response(std::vector<char>& out, std::string_view data) {
  append_frame(out, frame_type::response, data);
}

void append_error(std::vector<char>& out, std::string_view data) {
  append_frame(out, frame_type::error, data);
}

void append_message(std::vector<char>& out, int64_t timestamp_ns,
                    uint16_t attempts, const message_id& id,
                    std::string_view body) {
  std::array<char, message_header_size> header;
  store_header(header.data(), frame_type::message,
               message_header_size - frame_header_size + body.size());
  store_big_endian(header.data() + 8, timestamp_ns);
  store_big_endian(header.data() + 16, attempts);
  std::memcpy(header.data() + 18, id.data(), id.size());
  out.insert(out.end(), header.begin(), header.end());
  append(out, body);
}

} // namespace cafq::protocol
