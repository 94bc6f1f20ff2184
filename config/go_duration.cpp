#include "config/go_duration.hpp"

#include <array>
#include <cstdint>
#include <utility>

#include <fmt/core.h>

namespace cafq::config {

namespace {

constexpr uint64_t microsecond = 1000;
constexpr uint64_t millisecond = 1000 * microsecond;
constexpr uint64_t second = 1000 * millisecond;
constexpr uint64_t minute = 60 * second;
constexpr uint64_t hour = 60 * minute;
// Negative values reach one further, as in Go.
constexpr uint64_t most_negative = uint64_t{1} << 63;

// Longer units first: "ms" must not be read as "m".
constexpr std::array<std::pair<std::string_view, uint64_t>, 8> duration_units{{
  {"ns", 1},
  {"us", microsecond},
  {"\u00b5s", microsecond}, // micro sign
  {"\u03bcs", microsecond}, // Greek mu
  {"ms", millisecond},
  {"s", second},
  {"m", minute},
  {"h", hour},
}};

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix))
    return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::string_view take_digits(std::string_view& text) {
  auto end = text.find_first_not_of("0123456789");
  if (end == std::string_view::npos)
    end = text.size();
  const auto digits = text.substr(0, end);
  text.remove_prefix(end);
  return digits;
}

std::optional<uint64_t> take_unit(std::string_view& text) {
  for (const auto& [name, factor] : duration_units)
    if (take(text, name))
      return factor;
  return std::nullopt;
}

/// Adds digits * unit to `total`; false if the sum does not fit.
bool add_whole(std::string_view digits, uint64_t unit, uint64_t& total) {
  uint64_t whole = 0;
  for (const char digit : digits)
    if (__builtin_mul_overflow(whole, 10, &whole)
        || __builtin_add_overflow(whole, uint64_t(digit - '0'), &whole))
      return false;
  return !__builtin_mul_overflow(whole, unit, &whole)
         && !__builtin_add_overflow(total, whole, &total)
         && total <= most_negative;
}

/// The value of `.digits` of a unit, rounded down. Never more than `unit`.
uint64_t fraction_of(std::string_view digits, uint64_t unit) {
  uint64_t value = 0;
  uint64_t scale = 1;
  for (const char digit : digits.substr(0, 15)) {
    value = value * 10 + uint64_t(digit - '0');
    scale *= 10;
  }
  // 10^15 times the nanoseconds of an hour does not fit 64 bits.
  return static_cast<uint64_t>(static_cast<long double>(value)
                               * static_cast<long double>(unit)
                               / static_cast<long double>(scale));
}

/// Writes value / unit without trailing zeros, like `1.5`.
std::string decimal(uint64_t value, uint64_t unit) {
  auto text = std::to_string(value / unit);
  auto rest = value % unit;
  if (rest == 0)
    return text;
  text += '.';
  while (rest != 0) {
    unit /= 10;
    text += static_cast<char>('0' + rest / unit);
    rest %= unit;
  }
  return text;
}

} // namespace

std::optional<std::chrono::nanoseconds>
parse_go_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+'))
    text.remove_prefix(1);
  if (text == "0")
    return std::chrono::nanoseconds{0};
  if (text.empty())
    return std::nullopt;
  uint64_t total = 0;
  while (!text.empty()) {
    const auto whole = take_digits(text);
    const auto fraction = take(text, ".") ? take_digits(text)
                                          : std::string_view{};
    if (whole.empty() && fraction.empty())
      return std::nullopt;
    const auto unit = take_unit(text);
    if (!unit || !add_whole(whole, *unit, total))
      return std::nullopt;
    total += fraction_of(fraction, *unit);
    if (total > most_negative)
      return std::nullopt;
  }
  if (negative)
    return std::chrono::nanoseconds{static_cast<int64_t>(0 - total)};
  if (total == most_negative)
    return std::nullopt;
  return std::chrono::nanoseconds{static_cast<int64_t>(total)};
}

std::string to_go_duration(std::chrono::nanoseconds value) {
  const auto count = value.count();
  const std::string sign = count < 0 ? "-" : "";
  const auto total = count < 0 ? 0 - static_cast<uint64_t>(count)
                               : static_cast<uint64_t>(count);
  if (total == 0)
    return "0s";
  if (total < microsecond)
    return fmt::format("{}{}ns", sign, total);
  if (total < millisecond)
    return sign + decimal(total, microsecond) + "\u00b5s";
  if (total < second)
    return sign + decimal(total, millisecond) + "ms";
  auto text = decimal(total % minute, second) + "s";
  if (total >= minute)
    text = fmt::format("{}m{}", total / minute % 60, text);
  if (total >= hour)
    text = fmt::format("{}h{}", total / hour, text);
  return sign + text;
}

} // namespace cafq::config
