#include "config/nearest.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/core.h>

namespace cafq::config {

namespace {

/// How many single letters must be inserted, dropped, replaced or swapped with
/// their neighbour to turn `a` into `b` (optimal string alignment).
size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1,
                                        std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i)
    cost[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j)
    cost[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i)
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t differ = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min(
        {cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + differ});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  return cost[a.size()][b.size()];
}

} // namespace

std::string_view nearest(std::string_view name,
                         const std::vector<std::string_view>& candidates) {
  std::string_view best;
  // A guess that differs in more than a third of its letters is noise.
  auto least = std::max<size_t>(2, name.size() / 3) + 1;
  for (const auto candidate : candidates)
    if (const auto d = distance(name, candidate);
        d < least && d < candidate.size()) {
      least = d;
      best = candidate;
    }
  return best;
}

std::string did_you_mean(std::string_view name,
                         const std::vector<std::string_view>& candidates,
                         std::string_view prefix) {
  const auto best = nearest(name, candidates);
  return best.empty() ? "" : fmt::format("; did you mean {}{}?", prefix, best);
}

} // namespace cafq::config
