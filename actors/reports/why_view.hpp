#pragma once

#include "actors/reports/stats.hpp"

#include <cstdint>
#include <unordered_map>

namespace cafq {

/// Messages per second between two looks.
struct why_rates {
  uint64_t in = 0;
  uint64_t out = 0;
};

/// The actors of a report by their ids, and what moved since an earlier look.
/// It must not outlive the reports.
class why_view {
public:
  /// @param before May be null.
  why_view(const node_report& now, const node_report* before);

  /// Returns null if it is not in the report.
  [[nodiscard]] const actor_stat* find(uint64_t id) const;

  /// Returns what went through a topic or channel.
  [[nodiscard]] why_rates rates_of(const actor_stat& x) const;

private:
  using by_id = std::unordered_map<uint64_t, const actor_stat*>;

  by_id actors_;
  by_id earlier_;
  /// Between the looks, or 0.
  double seconds_ = 0;
};

} // namespace cafq
