#include "net/protocol/mpub_body.hpp"

#include "net/protocol/big_endian.hpp"
#include "net/protocol/body_rules.hpp"
#include "net/protocol/record.hpp"

#include <algorithm>

namespace cafq::protocol {

namespace {

/// A record is at least a size and one byte (nsqd/protocol_v2.go).
int64_t max_count(const limits& limits) {
  return (limits.max_body_size - 4) / 5;
}

} // namespace

std::optional<violation>
mpub_body::advance(std::string_view body, const limits& limits) {
  if (at_ == 0) {
    if (body.size() < 4)
      return std::nullopt;
    const auto size = load_big_endian<int32_t>(body.data());
    if (size <= 0 || size > max_body(command_name::mpub, limits))
      return bad_body_size(command_name::mpub, size, limits);
    declared_ = 4 + static_cast<size_t>(size);
    at_ = 4;
    step_ = 8;
  }
  if (at_ == 4) {
    if (body.size() < 8)
      return std::nullopt;
    const auto count = load_big_endian<int32_t>(body.data() + 4);
    if (count <= 0 || count > max_count(limits))
      return bad_mpub_count(count);
    count_ = static_cast<uint32_t>(count);
    at_ = first_record;
    step_ = at_ + 4;
  }
  auto at = at_;
  for (; index_ < count_; ++index_) {
    if (body.size() - at < 4) {
      step_ = at + 4;
      break;
    }
    const auto size = load_big_endian<int32_t>(body.data() + at);
    if (size <= 0 || size > max_body(command_name::pub, limits))
      return bad_record_size(index_, size, limits);
    const auto record_size = 4 + static_cast<size_t>(size);
    // nsqd reads on, whatever comes to count x max-msg-size. What an honest
    // size announces never gets here (COMPATIBILITY.md).
    const auto total = static_cast<int64_t>(at + record_size - 4);
    if (total > max_body(command_name::mpub, limits))
      return bad_body_size(command_name::mpub, total, limits);
    if (body.size() - at < record_size) {
      step_ = at + record_size;
      break;
    }
    at += record_size;
  }
  at_ = at;
  return std::nullopt;
}

violation mpub_body::cut_short(size_t body_size) const {
  if (at_ == 0)
    return no_body_size(command_name::mpub);
  if (at_ == 4)
    return no_mpub_count();
  if (body_size - at_ < 4)
    return no_record_size(index_);
  return no_body(command_name::mpub);
}

mpub_body::part mpub_body::take(std::string_view body) noexcept {
  auto rest = body.substr(taken_to_, at_ - taken_to_);
  part result{rest, count_ - taken_};
  if (!last()) {
    for (size_t i = 0; i < most_in_part; ++i)
      (void)take_record(rest);
    result.records.remove_suffix(rest.size());
    result.count = most_in_part;
  }
  taken_ += result.count;
  taken_to_ += result.records.size();
  return result;
}

size_t mpub_body::wanted() const noexcept {
  return std::max(step_, declared_);
}

} // namespace cafq::protocol
