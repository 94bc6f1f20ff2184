#pragma once

#include "persistence/import/nsqd_import.hpp"

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <vector>

#include <nlohmann/json.hpp>

namespace cafq::tool {

/// Tells how far an import is: in a terminal on one line, each second, else a
/// line each ten seconds.
class import_progress {
public:
  explicit import_progress(std::ostream& out);

  void at(std::uint64_t messages, std::uint64_t done, std::uint64_t all);

  /// Takes the line off the terminal.
  void end();

private:
  std::ostream& out_;
  bool terminal_ = false;
  bool shown_ = false;
  std::uint64_t looked_ = 0;
  std::chrono::steady_clock::time_point begun_;
  std::chrono::steady_clock::time_point next_;
};

/// Shows what came of each queue.
class import_report {
public:
  /// @param dry Whether it is only what would come.
  import_report(const std::vector<imported_queue>& queues, bool dry)
    : queues_(queues), dry_(dry) {
    // nop
  }

  void print_table(std::ostream& out) const;

  [[nodiscard]] nlohmann::ordered_json to_json() const;

private:
  const std::vector<imported_queue>& queues_;
  bool dry_;
};

} // namespace cafq::tool
