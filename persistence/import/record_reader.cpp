#include "persistence/import/record_reader.hpp"

#include "persistence/bytes.hpp"

#include <algorithm>

namespace cafq::nsqd {

namespace {

constexpr size_t length_size = 4;
constexpr uint32_t least_length = record_header_size - length_size;
constexpr uint32_t greatest_length = INT32_MAX;

/// NSQ is younger, and clocks go wrong.
constexpr int64_t year_ns = int64_t{31'557'600} * 1'000'000'000;
constexpr int64_t earliest_ns = 30 * year_ns; // 2000
constexpr int64_t ahead_ns = 10 * year_ns;

struct header {
  uint32_t length = 0;
  int64_t timestamp_ns = 0;
  uint16_t attempts = 0;

  [[nodiscard]] uint64_t end(uint64_t begin) const noexcept {
    return begin + length_size + length;
  }
};

bool is_hex(char x) noexcept {
  return (x >= '0' && x <= '9') || (x >= 'a' && x <= 'f');
}

/// @returns nothing unless length and id are those of a record.
std::optional<header> parse(std::string_view bytes) {
  if (bytes.size() < record_header_size)
    return std::nullopt;
  byte_reader in{bytes};
  header result;
  result.length = in.get<uint32_t>();
  if (result.length < least_length || result.length > greatest_length)
    return std::nullopt;
  result.timestamp_ns = in.get<int64_t>();
  result.attempts = in.get<uint16_t>();
  constexpr size_t id_at = 14;
  constexpr size_t id_size = 16;
  const auto id = bytes.substr(id_at, id_size);
  if (!std::all_of(id.begin(), id.end(), is_hex))
    return std::nullopt;
  return result;
}

} // namespace

std::optional<record> record_reader::next() {
  const auto found = find();
  at_ = found.value_or(in_.size());
  const auto head = found ? parse(in_.at(at_, record_header_size))
                          : std::nullopt;
  if (!head)
    return std::nullopt;
  const auto begin = at_;
  const auto whole = in_.at(begin, length_size + head->length);
  if (whole.size() != length_size + head->length)
    return std::nullopt; // it got shorter meanwhile
  at_ = head->end(begin);
  return record{head->timestamp_ns, head->attempts,
                whole.substr(record_header_size), begin, at_};
}

/// Returns where the next record is.
std::optional<uint64_t> record_reader::find() {
  const auto head = parse(in_.at(at_, record_header_size));
  if (!head || head->end(at_) > in_.size())
    return search(at_ + 1, in_.size());
  const auto end = head->end(at_);
  if (may_follow(end))
    return at_;
  // Damage behind it, or its length is wrong: then another begins inside.
  return search(at_ + 1, end).value_or(at_);
}

bool record_reader::is_certainly_record(uint64_t offset) {
  const auto x = parse(in_.at(offset, record_header_size));
  return x && x->end(offset) <= in_.size() && x->timestamp_ns >= earliest_ns
         && x->timestamp_ns - now_ns_ <= ahead_ns && may_follow(x->end(offset));
}

/// The last record may be cut.
bool record_reader::may_follow(uint64_t offset) {
  const auto bytes = in_.glance(offset, record_header_size);
  if (bytes.size() == record_header_size)
    return parse(bytes).has_value();
  if (bytes.size() < length_size)
    return true;
  const auto length = byte_reader{bytes}.get<uint32_t>();
  return length >= least_length && length <= greatest_length;
}

/// Returns the first place before `to` where certainly a record is.
std::optional<uint64_t> record_reader::search(uint64_t from, uint64_t to) {
  for (auto i = from; i < to && i + record_header_size <= in_.size(); ++i)
    if (is_certainly_record(i))
      return i;
  return std::nullopt;
}

} // namespace cafq::nsqd
