#include "actors/reports/why_words.hpp"

#include <chrono>

#include <fmt/core.h>

namespace cafq {

std::string with_commas(uint64_t x) {
  auto result = std::to_string(x);
  for (auto i = result.size(); i > 3; i -= 3)
    result.insert(i - 3, ",");
  return result;
}

std::string in_words(queue::duration x) {
  using namespace std::chrono;
  const auto two = [](auto large, const char* one, auto small,
                      const char* other) {
    auto result = fmt::format("{} {}", large.count(), one);
    return small.count() == 0
             ? result
             : result + fmt::format(" {} {}", small.count(), other);
  };
  if (x < seconds{1})
    return fmt::format("{} ms", duration_cast<milliseconds>(x).count());
  if (x < seconds{10})
    return fmt::format("{:.1f} s", duration<double>{x}.count());
  if (x < seconds{100})
    return fmt::format("{} s", duration_cast<seconds>(x).count());
  const auto m = duration_cast<minutes>(x);
  if (m < minutes{100})
    return two(m, "min", duration_cast<seconds>(x - m), "s");
  const auto h = duration_cast<hours>(x);
  if (h < hours{100})
    return two(h, "h", duration_cast<minutes>(x - h), "min");
  const auto d = duration_cast<days>(x);
  return two(d, "days", duration_cast<hours>(x - d), "h");
}

std::string size_in_words(uint64_t bytes) {
  constexpr uint64_t kb = 1024;
  constexpr uint64_t mb = kb * kb;
  if (bytes < kb)
    return counted(bytes, "byte");
  if (bytes < mb)
    return fmt::format("{} KB", bytes / kb);
  return fmt::format("{:.1f} MB",
                     static_cast<double>(bytes) / static_cast<double>(mb));
}

std::string counted(uint64_t x, std::string_view noun) {
  return fmt::format("{} {}{}", with_commas(x), noun, x == 1 ? "" : "s");
}

} // namespace cafq
