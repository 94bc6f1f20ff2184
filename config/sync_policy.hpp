#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cafq::config {

/// When a message reaches the disk.
enum class sync_mode : uint8_t {
  /// When memory does not hold it, and at a clean exit: what nsqd does.
  overflow,
  /// Also when it is not finished within an interval.
  interval,
  /// Before its publisher hears `OK`.
  always,
};

[[nodiscard]] std::string_view to_string(sync_mode x) noexcept;

[[nodiscard]] std::optional<sync_mode> to_sync_mode(std::string_view text);

/// A rule for topics that cannot be read. Its text says why, without the name
/// of the option.
struct bad_sync_rule : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// Which mode holds for which topic: the first rule whose glob matches its
/// name, or the mode for all.
class sync_policy {
public:
  /// @param rules Each `GLOB=MODE`, where a glob is a name with `*`, `?` and
  ///              `[a-z]`.
  /// @throws bad_sync_rule
  explicit sync_policy(sync_mode otherwise = sync_mode::interval,
                       const std::vector<std::string>& rules = {});

  [[nodiscard]] sync_mode mode_of(const std::string& topic) const;

  /// Whether any topic may have this mode.
  [[nodiscard]] bool has(sync_mode x) const noexcept;

private:
  sync_mode otherwise_;
  std::vector<std::pair<std::string, sync_mode>> rules_;
};

} // namespace cafq::config
