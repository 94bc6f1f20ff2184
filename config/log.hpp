#pragma once

#include <atomic>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/core.h>

/// One line per event to stderr, in nsqd's manner or as JSON. Safe to call from
/// any thread. Bytes of clients may stand in a text: what could end the line or
/// steer a terminal is written as an escape.
namespace cafq::log {

enum class level : uint8_t { debug, info, warn, error, fatal };

enum class format : uint8_t { text, json };

/// Reads `debug`, `info`, `warn`, `error` or `fatal` in any case.
[[nodiscard]] std::optional<level> to_level(std::string_view name);

/// Sets up the log of a daemon. Before that, it is text of level info with the
/// default prefix. Not to be called while other threads log.
///
/// From then on a thread does the writing, so that nobody waits for whoever
/// reads stderr. Lines beyond 1 MiB that nobody takes are dropped and counted;
/// a fatal one is waited for, up to 1 s. The exit of the process waits for the
/// rest as long as somebody takes it.
void init(level least, format shape, std::string_view prefix);

/// Has callers write to `out` themselves, which must outlive all logging.
void init(level least, format shape, std::string_view prefix,
          std::ostream& out);

/// Returns how many lines nobody took in time.
[[nodiscard]] uint64_t dropped_lines();

namespace detail {

inline std::atomic<level> least_level{level::info};

void write(level severity, std::string_view text);

} // namespace detail

/// Changes the least severe level that is logged, at any time.
inline void set_level(level least) noexcept {
  detail::least_level.store(least, std::memory_order_relaxed);
}

[[nodiscard]] inline level current_level() noexcept {
  return detail::least_level.load(std::memory_order_relaxed);
}

/// For a text that is costly to put together.
[[nodiscard]] inline bool enabled(level severity) noexcept {
  return severity >= current_level();
}

/// Logs with one severity.
template <level Severity>
struct writer {
  /// Logs `text` as it is: braces in it mean nothing.
  void operator()(std::string_view text) const {
    if (enabled(Severity))
      detail::write(Severity, text);
  }

  /// Logs a formatted text; formats nothing if the level is off.
  template <class T, class... Ts>
  void
  operator()(fmt::format_string<T, Ts...> pattern, T&& x, Ts&&... xs) const {
    if (enabled(Severity))
      detail::write(Severity, fmt::format(pattern, std::forward<T>(x),
                                          std::forward<Ts>(xs)...));
  }
};

/// What happens to single messages.
inline constexpr writer<level::debug> debug;
/// Life cycle: start, topic created, shutdown.
inline constexpr writer<level::info> info;
/// Something was lost or refused.
inline constexpr writer<level::warn> warn;
/// An operator has to act.
inline constexpr writer<level::error> error;
/// The daemon ends. The caller sees to that.
inline constexpr writer<level::fatal> fatal;

} // namespace cafq::log
