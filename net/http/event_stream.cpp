#include "net/http/event_stream.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace cafq::http {

namespace {

/// Takes the text up to a character, which goes as well.
std::string_view take_until(std::string_view& from, char end) {
  const auto at = std::min(from.find(end), from.size());
  const auto result = from.substr(0, at);
  from.remove_prefix(std::min(at + 1, from.size()));
  return result;
}

uint64_t to_number(std::string_view text) {
  uint64_t result = 0;
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
}

void append_item(std::string& list, std::string_view item) {
  if (!list.empty())
    list += ',';
  list += item;
}

} // namespace

std::string event_stream::next(std::string_view lines) {
  const auto total = take_until(lines, '\n');
  std::unordered_map<uint64_t, uint64_t> there;
  std::string rows;
  while (!lines.empty()) {
    auto line = take_until(lines, '\n');
    const auto id = to_number(take_until(line, ' '));
    const auto mark = to_number(take_until(line, ' '));
    const auto known = told_.find(id);
    if (known == told_.end() || known->second != mark)
      append_item(rows, line);
    there.emplace(id, mark);
  }
  std::string gone;
  for (const auto& [id, mark] : told_)
    if (!there.contains(id))
      append_item(gone, std::to_string(id));
  told_ = std::move(there);
  const auto* kind = ++events_ == 1 ? "snapshot" : "delta";
  return fmt::format("id: {}\nevent: {}\ndata: {{\"total\":{},\"rows\":[{}],"
                     "\"gone\":[{}]}}\n\n",
                     events_, kind, total, rows, gone);
}

} // namespace cafq::http
