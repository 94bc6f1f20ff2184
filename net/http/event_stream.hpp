#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cafq::http {

/// What one client was told of rows that change, as server-sent events: all of
/// them at first, then those that are new or changed, and those that went.
/// Keeps a number for each row, not its text.
class event_stream {
public:
  /// Returns the next event.
  /// @param lines How many rows there are in all; then a line for each that is
  ///   shown: its id, a number that changes with it, and its JSON.
  [[nodiscard]] std::string next(std::string_view lines);

private:
  /// The number of each row that was told, by id.
  std::unordered_map<uint64_t, uint64_t> told_;
  uint64_t events_ = 0;
};

} // namespace cafq::http
