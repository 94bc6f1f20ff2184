#include "net/transport/deflate_stream.hpp"

#include <algorithm>
#include <new>

#include <zlib.h>

namespace cafq::transport {

namespace {

// Negative: without header and checksum. What the client sends may refer back
// 32 KB; what we send refers back 16 KB, which halves the memory (128 KB).
constexpr int receive_window = -15;
constexpr int send_window = -14;
constexpr int send_memory = 7;

/// What a step starts out with; it is doubled while it is not enough.
constexpr size_t first_guess = 4096;

Bytef* as_bytes(const char* x) {
  // zlib does not write to its input.
  return reinterpret_cast<Bytef*>(const_cast<char*>(x));
}

} // namespace

void deflate_stream::inflate_end::operator()(z_stream_s* x) const noexcept {
  inflateEnd(x);
  delete x;
}

void deflate_stream::deflate_end::operator()(z_stream_s* x) const noexcept {
  deflateEnd(x);
  delete x;
}

deflate_stream::deflate_stream(int level)
  : inflater_(new z_stream_s{}), deflater_(new z_stream_s{}) {
  if (inflateInit2(inflater_.get(), receive_window) != Z_OK
      || deflateInit2(deflater_.get(), level, Z_DEFLATED, send_window,
                      send_memory, Z_DEFAULT_STRATEGY)
           != Z_OK)
    throw std::bad_alloc{};
}

step deflate_stream::receive(protocol::input_buffer& wire,
                             std::vector<char>& plain, std::vector<char>&) {
  if (last_ == step::ended || last_ == step::failed)
    return last_;
  const auto window = wire.window();
  if (window.empty() && !full_)
    return step::hungry;
  const auto start = plain.size();
  auto& z = *inflater_;
  z.next_in = as_bytes(window.data());
  z.avail_in = static_cast<uInt>(window.size());
  size_t got = 0;
  auto rc = Z_OK;
  for (auto room = std::clamp(window.size() * 2, first_guess, largest_step);;
       room = std::min(room * 2, largest_step)) {
    plain.resize(start + room);
    z.next_out = as_bytes(plain.data() + start + got);
    z.avail_out = static_cast<uInt>(room - got);
    rc = inflate(&z, Z_SYNC_FLUSH);
    got = room - z.avail_out;
    full_ = z.avail_out == 0;
    if (rc != Z_OK || !full_ || room == largest_step)
      break;
  }
  plain.resize(start + got);
  wire.consume(window.size() - z.avail_in);
  z.next_in = nullptr;
  if (rc == Z_STREAM_END)
    last_ = step::ended;
  else if (rc != Z_OK && rc != Z_BUF_ERROR)
    last_ = fail("deflate: corrupt input");
  if (got > 0)
    return step::more;
  if (last_ == step::hungry && !wire.window().empty())
    return step::more;
  return last_;
}

bool deflate_stream::send(std::string_view plain, std::vector<char>& wire) {
  auto& z = *deflater_;
  z.next_in = as_bytes(plain.data());
  z.avail_in = static_cast<uInt>(plain.size());
  auto room = plain.size() / 4 + 64;
  do {
    const auto start = wire.size();
    wire.resize(start + room);
    z.next_out = as_bytes(wire.data() + start);
    z.avail_out = static_cast<uInt>(room);
    deflate(&z, Z_SYNC_FLUSH);
    wire.resize(start + room - z.avail_out);
  } while (z.avail_out == 0);
  z.next_in = nullptr;
  return true;
}

} // namespace cafq::transport
