#include "tools/cafq/frame_reader.hpp"

#include "tools/cafq/big_endian.hpp"
#include "tools/cafq/error.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string>

namespace cafq::tool {

namespace {

constexpr std::size_t length_size = 4;
constexpr std::size_t type_size = 4;

} // namespace

frame_reader::frame_reader(std::size_t capacity)
  : buffer_(std::max(capacity, length_size + type_size)) {
  // nop
}

std::span<char> frame_reader::space() {
  // What is left is less than a frame, so moving it is cheap.
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size())
    buffer_.resize(buffer_.size() * 2);
  return std::span{buffer_}.subspan(end_);
}

void frame_reader::commit(std::size_t n) {
  assert(n <= buffer_.size() - end_);
  end_ += n;
}

std::optional<frame> frame_reader::next() {
  if (end_ - begin_ < length_size + type_size)
    return std::nullopt;
  const auto* head = buffer_.data() + begin_;
  const std::size_t length = load_big_endian<std::uint32_t>(head);
  const auto type = load_big_endian<std::uint32_t>(head + length_size);
  if (length < type_size || length > max_frame_size
      || type > static_cast<std::uint32_t>(frame_type::message))
    throw error("the peer does not speak NSQ: frame of type "
                + std::to_string(type) + " and " + std::to_string(length)
                + " bytes");
  if (end_ - begin_ < length_size + length)
    return std::nullopt;
  begin_ += length_size + length;
  return frame{static_cast<frame_type>(type),
               {head + length_size + type_size, length - type_size}};
}

} // namespace cafq::tool
