#pragma once

#include "actors/reports/stats.hpp"

#include <boost/circular_buffer.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace cafq {

/// What the node, its topics and its channels did in the last quarter of an
/// hour, in bounded memory:
///
///   a report every 10 s --add--> [ 90 points of 10 s ] of those that move most
///                           \--> [ 15 points of 60 s ] of all that fit
///
/// Knows no actors and no clock.
class history {
public:
  /// From one report to the next, about.
  static constexpr auto step = std::chrono::seconds{10};

  /// @param most_bytes What it may take; 0 remembers nothing.
  explicit history(size_t most_bytes = 0) : most_bytes_(most_bytes) {
    // nop
  }

  /// Takes what all topics and channels tell. What moved is what lies between
  /// two of these.
  void add(const node_report& x);

  /// Writes what the node did if nothing is named, a topic, or a channel of it.
  /// Nothing is known of who is not there, or came when there was no room.
  [[nodiscard]] std::string
  json(const std::string& topic, const std::string& channel) const;

  /// Returns the bytes that it takes, about.
  [[nodiscard]] size_t memory() const noexcept;

  /// Whether it takes no more than it may, and those that have fine points are
  /// as many as it thinks: for tests.
  [[nodiscard]] bool invariant() const;

private:
  /// Figures as they are written, in this order.
  enum figure : uint8_t {
    in,
    out,
    requeued,
    timed_out,
    depth,
    in_flight,
    oldest_ms,
    latency_ms,
    figures,
  };

  /// Those that count per second; the others are of the end.
  static constexpr size_t rates = depth;

  using values = std::array<double, figures>;

  /// What was between two times.
  struct point {
    /// Unix time of the end.
    uint32_t at = 0;
    float seconds = 0;
    std::array<float, figures> what{};
  };

  using points = boost::circular_buffer<point>;

  /// One topic, channel, or the node.
  struct series {
    uint64_t actor = 0;
    /// Counters at the last report, when that was, and which one.
    values counted{};
    int64_t seen_ns = 0;
    uint64_t report = 0;
    points coarse{coarse_points};
    points fine{0};
    /// The coarse point that is being made: sums, not yet divided.
    values sums{};
    double summed_seconds = 0;
  };

  static constexpr size_t fine_points = 90;
  static constexpr size_t coarse_points = 15;
  static constexpr double coarse_seconds = 60;
  static constexpr size_t fine_bytes = fine_points * sizeof(point);
  /// Of a series without fine points: with its place and its name.
  static constexpr size_t series_bytes = sizeof(series)
                                         + coarse_points * sizeof(point) + 160;
  static constexpr size_t least_bytes = series_bytes + fine_bytes;

  /// Figures of an actor; those of rates are counted since its start.
  static values count(const actor_stat& x);
  void count_node(const node_report& x);
  void take(const std::string& key, uint64_t actor, const values& now,
            int64_t now_ns);
  void begin(series& x, const std::string& key, uint64_t actor);
  static void add_point(series& x, const values& now, int64_t now_ns);
  static void close_coarse(series& x, uint32_t at);
  [[nodiscard]] size_t most_series() const noexcept;
  [[nodiscard]] bool fits(size_t fine) const noexcept;
  void give_fine_points();
  static double weight(const series& x);
  static void append(std::string& out, const points& from, uint32_t until);

  size_t most_bytes_;
  /// By topic, or topic, `\n` and channel. That of the node has no name.
  std::map<std::string, series, std::less<>> all_;
  /// How many of them have fine points, and how many there should be in all.
  size_t fine_ = 0;
  size_t wanted_ = 0;
  uint64_t reports_ = 0;
};

} // namespace cafq
