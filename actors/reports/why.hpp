#pragma once

#include "actors/report_request.hpp"
#include "actors/reports/stats.hpp"
#include "actors/states.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Why messages of a topic do not move, or that they do, in words. Pure: a
/// report goes in, sentences come out.
namespace cafq {

/// Somebody on the way from what waits to what it waits for.
struct why_step {
  /// 0 for somebody outside.
  uint64_t id = 0;
  std::string kind;
  std::string name;
  std::string state;
  std::string text;
};

/// What is to say of a topic, a channel, or those who publish.
struct why_finding {
  mood how{};
  /// What waits comes first, the root last.
  std::vector<why_step> chain;
};

struct why_answer {
  std::string topic;
  /// The worst of the findings.
  mood how{};
  std::vector<why_finding> findings;
  /// Channels that are not told of because there are so many, none of which is
  /// worse than all of those that are.
  size_t left_out = 0;
};

/// What it is that one asks about and that is not there.
enum class unknown : uint8_t { nothing, topic, channel };

[[nodiscard]] unknown missing(const node_report& x, const report_request& how);

/// Follows whom the topic and its channels wait for.
/// @param before An earlier look: what moved since is said as moving. May be
///               null.
/// @pre missing(x, how) == unknown::nothing
[[nodiscard]] why_answer
explain(const node_report& x, const report_request& how,
        const node_report* before = nullptr);

/// GET /debug/why.
[[nodiscard]] std::string why_json(const why_answer& x);

/// The same for people. Safe to be shown in a terminal.
[[nodiscard]] std::string why_text(const why_answer& x);

} // namespace cafq
