#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace cafq::bench {

/// Named results in the order they were added, as a table or as JSON.
class report {
public:
  /// @param key Ends in the unit when it has one: `ack_p50_us`.
  void add(std::string_view key, const nlohmann::ordered_json& value);

  void print_table(std::ostream& out) const;

  /// One JSON object on one line.
  void print_json(std::ostream& out) const;

private:
  nlohmann::ordered_json values_ = nlohmann::ordered_json::object();
};

/// How a bench ended.
struct outcome {
  report results;
  /// Messages the broker acknowledged and did not deliver in time.
  std::uint64_t missing = 0;
};

} // namespace cafq::bench
