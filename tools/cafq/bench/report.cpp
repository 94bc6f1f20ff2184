#include "tools/cafq/bench/report.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <sstream>

namespace cafq::bench {

namespace {

std::string to_text(const nlohmann::ordered_json& value) {
  if (value.is_string())
    return value.get<std::string>();
  if (!value.is_number_float())
    return value.dump();
  const auto number = value.get<double>();
  std::ostringstream out;
  out << std::fixed << std::setprecision(number < 1000 ? 2 : 0) << number;
  return out.str();
}

} // namespace

void report::add(std::string_view key, const nlohmann::ordered_json& value) {
  values_[std::string{key}] = value;
}

void report::print_table(std::ostream& out) const {
  std::size_t width = 0;
  for (const auto& item : values_.items())
    width = std::max(width, item.key().size());
  for (const auto& item : values_.items())
    out << std::left << std::setw(static_cast<int>(width)) << item.key() << "  "
        << to_text(item.value()) << '\n';
}

void report::print_json(std::ostream& out) const {
  out << values_.dump() << '\n';
}

} // namespace cafq::bench
