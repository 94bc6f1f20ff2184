#pragma once

#include "tools/cafq/unique_fd.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <termios.h>

namespace cafq::tool {

/// The terminal that this process has: shows one screen after the other, and
/// hands out keys as they are hit. Leaves it as it was.
class terminal {
public:
  struct size {
    std::size_t width = 80;
    std::size_t height = 24;
  };

  /// What ended a wait.
  enum class event { time, key, resized, stop };

  /// @throws error when there is none.
  terminal();

  terminal(const terminal&) = delete;
  terminal& operator=(const terminal&) = delete;
  ~terminal();

  [[nodiscard]] static bool is_there() noexcept;

  /// Waits for the first of them: so much time, a key, another size, SIGINT or
  /// SIGTERM.
  [[nodiscard]] event wait(std::chrono::milliseconds most);

  /// Returns the keys that were hit: characters, or the sequences that a
  /// terminal sends for others.
  [[nodiscard]] std::string keys();

  [[nodiscard]] size get_size() const noexcept;

  /// Shows lines in place of what was shown.
  void show(std::string_view text) const;

private:
  termios before_{};
  unique_fd signals_;
};

} // namespace cafq::tool
