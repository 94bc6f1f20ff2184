#include "net/http/mpub.hpp"

#include "net/protocol/big_endian.hpp"

#include <algorithm>

namespace cafq::http {

mpub_reader::mpub_reader(std::string_view body, form how, bool whole,
                         const limits& allowed) noexcept
  : body_(body), allowed_(allowed), form_(how), whole_(whole) {
  // nop
}

std::optional<response>
mpub_reader::read(size_t most, std::vector<std::string_view>& to) {
  auto bad = form_ == form::lines ? read_lines(most, to)
                                  : read_records(most, to);
  if (!bad && done_ && !whole_)
    bad = failure(500, "INTERNAL_ERROR");
  done_ |= bad.has_value();
  return bad;
}

std::optional<response>
mpub_reader::read_lines(size_t most, std::vector<std::string_view>& to) {
  const auto readable = allowed_.max_body_size + 1;
  for (; most > 0 && at_ < body_.size(); --most) {
    const auto end = body_.find('\n', at_);
    const auto next = end == body_.npos ? body_.size() : end + 1;
    if (next >= readable)
      return failure(413, "BODY_TOO_BIG");
    const auto line = body_.substr(at_, std::min(end, body_.size()) - at_);
    if (line.size() > allowed_.max_msg_size)
      return failure(413, "MSG_TOO_BIG");
    if (!line.empty())
      to.push_back(line);
    at_ = next;
  }
  done_ = at_ == body_.size();
  return std::nullopt;
}

std::optional<response>
mpub_reader::read_records(size_t most, std::vector<std::string_view>& to) {
  if (left_ < 0)
    if (auto bad = read_count())
      return bad;
  for (; most > 0 && left_ > 0; --most, --left_) {
    int32_t size = 0;
    if (!read_int(size) || size <= 0
        || static_cast<uint64_t>(size) > allowed_.max_msg_size
        || static_cast<size_t>(size) > body_.size() - at_)
      return failure(413, "BAD_MESSAGE");
    to.push_back(body_.substr(at_, static_cast<size_t>(size)));
    at_ += static_cast<size_t>(size);
  }
  done_ = left_ == 0;
  return std::nullopt;
}

std::optional<response> mpub_reader::read_count() {
  if (body_.size() > allowed_.max_body_size)
    return failure(413, "BODY_TOO_BIG");
  // A message takes five bytes at least.
  const auto most = (std::max<uint64_t>(allowed_.max_body_size, 4) - 4) / 5;
  int32_t count = 0;
  if (!read_int(count) || count <= 0 || static_cast<uint64_t>(count) > most)
    return failure(413, "BAD_BODY");
  left_ = count;
  return std::nullopt;
}

bool mpub_reader::read_int(int32_t& value) noexcept {
  if (body_.size() - at_ < sizeof value)
    return false;
  value = protocol::load_big_endian<int32_t>(body_.data() + at_);
  at_ += sizeof value;
  return true;
}

} // namespace cafq::http
