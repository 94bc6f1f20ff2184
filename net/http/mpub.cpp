#include "net/http/mpub.hpp"

#include "net/protocol/big_endian.hpp"

#include <algorithm>

namespace cafq::http {

mpub_result split_lines(std::string_view body, const limits& allowed) {
  std::vector<std::string_view> result;
  const auto readable = allowed.max_body_size + 1;
  size_t at = 0;
  while (at < body.size()) {
    const auto end = body.find('\n', at);
    const auto next = end == body.npos ? body.size() : end + 1;
    if (next >= readable)
      return failure(413, "BODY_TOO_BIG");
    const auto line = body.substr(at, std::min(end, body.size()) - at);
    if (line.size() > allowed.max_msg_size)
      return failure(413, "MSG_TOO_BIG");
    if (!line.empty())
      result.push_back(line);
    at = next;
  }
  return result;
}

mpub_result split_records(std::string_view body, const limits& allowed) {
  const auto read_int = [&](int32_t& value) {
    if (body.size() < sizeof value)
      return false;
    value = protocol::load_big_endian<int32_t>(body.data());
    body.remove_prefix(sizeof value);
    return true;
  };
  if (body.size() > allowed.max_body_size)
    return failure(413, "BODY_TOO_BIG");
  // A message takes five bytes at least.
  const auto most = (std::max<uint64_t>(allowed.max_body_size, 4) - 4) / 5;
  int32_t count = 0;
  if (!read_int(count) || count <= 0 || static_cast<uint64_t>(count) > most)
    return failure(413, "BAD_BODY");
  std::vector<std::string_view> result;
  // What the count claims need not be there.
  result.reserve(std::min(static_cast<size_t>(count), body.size() / 5));
  for (; count > 0; --count) {
    int32_t size = 0;
    if (!read_int(size) || size <= 0
        || static_cast<uint64_t>(size) > allowed.max_msg_size
        || static_cast<size_t>(size) > body.size())
      return failure(413, "BAD_MESSAGE");
    result.push_back(body.substr(0, static_cast<size_t>(size)));
    body.remove_prefix(static_cast<size_t>(size));
  }
  return result;
}

} // namespace cafq::http
