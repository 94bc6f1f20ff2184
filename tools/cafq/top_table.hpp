#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What `cafq top` shows, as plain values: an answer of a broker goes in, lines
/// of a table come out.
namespace cafq::tool {

/// A topic or a channel.
struct top_row {
  std::string topic;
  /// Empty for the topic itself.
  std::string channel;
  /// What it does, and how that goes; empty if the broker does not tell.
  std::string state;
  std::string mood;
  std::uint64_t depth = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t deferred = 0;
  std::uint64_t clients = 0;
  /// Since the start of the broker.
  std::uint64_t messages = 0;
  /// Age of the oldest message that is ready, if the broker tells.
  std::optional<std::uint64_t> oldest_ms;
  /// For which share of the time it runs, if the broker tells.
  std::optional<double> busy;
  /// Messages per second.
  double in = 0;
  double out = 0;

  [[nodiscard]] std::string name() const {
    return channel.empty() ? topic : topic + "/" + channel;
  }
};

using top_rows = std::vector<top_row>;

/// Reads what /debug/actors of a cafqd answers.
/// @throws error when it is something else.
[[nodiscard]] top_rows rows_of_actors(std::string_view json);

/// Reads what /stats of any broker answers.
/// @throws error when it is something else.
[[nodiscard]] top_rows rows_of_stats(std::string_view json);

/// Fills in what has moved since an earlier look.
void add_rates(top_rows& now, const top_rows& before, double seconds);

enum class top_order : std::uint8_t {
  name,
  depth,
  in,
  out,
  oldest,
  in_flight,
  deferred,
  clients,
  busy,
};

[[nodiscard]] std::string_view word_for(top_order x) noexcept;

/// Returns the order that follows, and behind the last the first.
[[nodiscard]] top_order next(top_order x) noexcept;

/// Drops the rows whose names do not have the text in them, and sorts the
/// others: names upwards, figures downwards.
void arrange(top_rows& rows, top_order order, std::string_view filter);

/// How to draw.
struct top_look {
  std::size_t width = 80;
  /// Lines in all, that of the columns' names included.
  std::size_t height = 24;
  /// The first row that is shown, and the one that is marked, if any.
  std::size_t first = 0;
  std::optional<std::size_t> marked;
  bool colours = false;
};

/// Draws a table. Columns that do not fit are left out, the least telling
/// first; a name that does not fit is cut.
[[nodiscard]] std::string draw_top(const top_rows& rows, const top_look& how);

[[nodiscard]] std::string top_json(const top_rows& rows);

} // namespace cafq::tool
