#include "config/timespan_scan.hpp"

#include "config/parse.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace cafq::config {

namespace {

// Longer units first: "min" and "ms" end in others.
constexpr std::array<std::pair<std::string_view, int64_t>, 6> scanned_units{{
  {"min", 60'000'000'000},
  {"ms", 1'000'000},
  {"us", 1'000},
  {"ns", 1},
  {"s", 1'000'000'000},
  {"h", 3'600'000'000'000},
}};

constexpr std::string_view word_chars
  = "0123456789+-ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

bool oversized(std::string_view word) {
  for (const auto& [name, factor] : scanned_units) {
    if (!word.ends_with(name))
      continue;
    word.remove_suffix(name.size());
    const auto count = parse_int(word);
    int64_t product = 0;
    return count && __builtin_mul_overflow(*count, factor, &product);
  }
  return false;
}

/// Where the quoted text that starts at `begin` ends: after its quote.
size_t skip_quoted(std::string_view text, size_t begin) {
  size_t i = begin + 1;
  while (i < text.size() && text[i] != text[begin] && text[i] != '\n')
    i += text[i] == '\\' ? 2U : 1U;
  return std::min(i + 1, text.size());
}

} // namespace

std::optional<size_t> find_oversized_timespan(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    if (text[i] == '"' || text[i] == '\'') {
      i = skip_quoted(text, i);
    } else if (text[i] == ';') {
      i = std::min(text.find('\n', i), text.size());
    } else {
      const auto end = std::min(text.find_first_not_of(word_chars, i),
                                text.size());
      if (oversized(text.substr(i, end - i)))
        return i;
      i = std::max(end, i + 1);
    }
  }
  return std::nullopt;
}

} // namespace cafq::config
