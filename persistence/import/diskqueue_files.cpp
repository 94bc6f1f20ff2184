#include "persistence/import/diskqueue_files.hpp"

#include "net/protocol/names.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace cafq::nsqd {

namespace {

/// Takes a number from the front.
std::optional<uint64_t> take_number(std::string_view& from) {
  uint64_t result = 0;
  const auto [end, failed] = std::from_chars(from.data(),
                                             from.data() + from.size(), result);
  if (failed != std::errc{})
    return std::nullopt;
  from.remove_prefix(static_cast<size_t>(end - from.data()));
  return result;
}

bool take(std::string_view& from, std::string_view what) {
  if (!from.starts_with(what))
    return false;
  from.remove_prefix(what.size());
  return true;
}

bool take_back(std::string_view& from, std::string_view what) {
  if (!from.ends_with(what))
    return false;
  from.remove_suffix(what.size());
  return true;
}

/// Ephemeral queues are never on disk.
bool is_stored(std::string_view name) {
  return protocol::valid_name(name) && !protocol::is_ephemeral(name);
}

std::optional<queue_name> parse_queue(std::string_view text) {
  const auto colon = text.find(':');
  const auto topic = text.substr(0, colon);
  if (!is_stored(topic))
    return std::nullopt;
  if (colon == std::string_view::npos)
    return queue_name{std::string{topic}, {}};
  const auto channel = text.substr(colon + 1);
  if (!is_stored(channel))
    return std::nullopt;
  return queue_name{std::string{topic}, std::string{channel}};
}

} // namespace

std::optional<file_name> parse_file_name(std::string_view name) {
  constexpr std::string_view mark = ".diskqueue.";
  const auto at = name.rfind(mark);
  if (at == std::string_view::npos)
    return std::nullopt;
  auto queue = parse_queue(name.substr(0, at));
  if (!queue)
    return std::nullopt;
  auto rest = name.substr(at + mark.size());
  file_name result{.queue = std::move(*queue), .number = {}};
  if (rest == "meta.dat")
    return result;
  result.bad = take_back(rest, ".bad");
  if (!take_back(rest, ".dat"))
    return std::nullopt;
  result.number = take_number(rest);
  if (!result.number || !rest.empty())
    return std::nullopt;
  return result;
}

std::optional<read_position> parse_meta(std::string_view text) {
  take(text, "-"); // a depth below zero does nsqd no harm
  const auto depth = take_number(text);
  if (!depth || !take(text, "\n"))
    return std::nullopt;
  const auto file = take_number(text);
  if (!file || !take(text, ","))
    return std::nullopt;
  const auto offset = take_number(text);
  if (!offset || !take(text, "\n"))
    return std::nullopt;
  return read_position{*file, *offset};
}

queue_plan
plan(std::vector<data_file> files, std::optional<read_position> next) {
  std::sort(files.begin(), files.end(), [](const auto& x, const auto& y) {
    return std::tuple{x.number, !x.bad} < std::tuple{y.number, !y.bad};
  });
  queue_plan result;
  std::optional<uint64_t> last;
  for (auto& x : files) {
    const auto before = next && x.number < next->file;
    if (before && !x.bad)
      continue; // delivered
    if (!before) {
      const auto expected = last ? *last + 1 : next ? next->file : x.number;
      if (x.number > expected)
        result.warnings.push_back(x.path.filename().string()
                                  + ": files before it are missing");
      last = x.number;
    }
    data_part part{.file = std::move(x), .from_first_damage = before};
    if (next && part.file.number == next->file) {
      part.from = std::min(next->offset, part.file.size);
      if (part.from < next->offset)
        result.warnings.push_back(part.file.path.filename().string()
                                  + ": ends before the place where nsqd reads");
    }
    result.parts.push_back(std::move(part));
  }
  return result;
}

} // namespace cafq::nsqd
