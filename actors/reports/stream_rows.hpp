#pragma once

#include "actors/report_request.hpp"
#include "actors/reports/stats.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cafq {

/// A row that a client was told, as a number that changes with it.
struct stream_mark {
  uint64_t id = 0;
  uint64_t mark = 0;
};

// ARCHITECTURE.md: 20,000 of them for each stream.
static_assert(sizeof(stream_mark) == 16);

/// All rows that a client was told last, by id; null if none. Clients that
/// were told the same share it.
using stream_marks = std::shared_ptr<const std::vector<stream_mark>>;

/// The rows of a report that a stream shows, as data of server-sent events: all
/// of them at first, then those that are new or changed, and those that went.
/// Must not outlive the report.
class stream_rows {
public:
  stream_rows(const node_report& x, const report_view& how);

  /// Returns what to remember of whoever is told.
  [[nodiscard]] const stream_marks& marks() const noexcept {
    return marks_;
  }

  /// Returns what is to be told to whom knows this, as JSON.
  [[nodiscard]] std::string since(const stream_marks& told) const;

private:
  /// How many there are, shown or not.
  size_t total_ = 0;
  /// Those that are shown, in order.
  std::vector<const actor_stat*> rows_;
  stream_marks marks_;
  /// Which row each of the marks is of.
  std::vector<size_t> row_of_mark_;
};

} // namespace cafq
