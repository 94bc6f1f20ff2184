#pragma once

#include "actors/lookup/registry.hpp"
#include "actors/lookup/request.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

/// What nsqlookupd tells of its registry over HTTP, in its JSON.
namespace cafq::lookup {

/// The longest answer there is. A registry of 10,000 topics that 50 nodes have
/// fills half of it with /nodes, and has no /debug.
inline constexpr size_t most_json = size_t{32} << 20U;

/// Writes an answer in steps, between which nodes and others have their turn.
/// What comes or goes meanwhile may be told of or not; all else is told of
/// once.
class json_writer {
public:
  json_writer() = default;
  json_writer(const json_writer&) = delete;
  json_writer& operator=(const json_writer&) = delete;
  virtual ~json_writer() = default;

  /// Goes on.
  /// @param most How many names and registrations, about.
  /// @returns Whether there is more to write.
  [[nodiscard]] bool write(const registry& all, size_t most) {
    return step(all, most) && !too_long();
  }

  /// Returns what was written, nothing if it were longer than `most_json`.
  [[nodiscard]] std::optional<std::string> text() && {
    if (too_long())
      return std::nullopt;
    return std::move(out);
  }

protected:
  [[nodiscard]] bool too_long() const noexcept {
    return out.size() + parts > most_json;
  }

  // Named as the public ones: code does not care where they stand.
  // NOLINTBEGIN(readability-identifier-naming)
  std::string out;
  /// Bytes of what is to be added to it.
  size_t parts = 0;
  // NOLINTEND(readability-identifier-naming)

private:
  [[nodiscard]] virtual bool step(const registry& all, size_t most) = 0;
};

/// Returns who writes the answer to one of the first kinds of requests, which
/// change nothing.
/// @param unix_offset What to add to times to get Unix times.
[[nodiscard]] std::unique_ptr<json_writer>
write_json(const request& x, time_point now, duration unix_offset);

/// Returns about how many names and registrations that comes by.
[[nodiscard]] size_t extent(const registry& all, const request& x);

} // namespace cafq::lookup
