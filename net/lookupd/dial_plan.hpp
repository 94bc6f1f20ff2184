#pragma once

#include "actors/queue/time.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace cafq {

/// Which of the addresses that nodes announce are tried, and what is known of
/// those that were. Whoever reaches the registry can announce any address, so
/// each is tried at most once a minute, few at a time, and not many in all.
///
///   want --> in line --next--> under way --done--> known for a minute
///
/// Knows no sockets and no actors.
class dial_plan {
public:
  static constexpr auto lasts = std::chrono::minutes{1};

  /// Addresses under way at a time.
  static constexpr size_t most_open = 16;

  /// Addresses in line, under way, or known.
  static constexpr size_t most = 1000;

  /// Returns what is known of an address: why nobody answers there, empty if
  /// somebody does. Nothing if it has to be tried.
  [[nodiscard]] std::optional<std::string>
  known(const std::string& address, queue::time_point now);

  /// Puts an address in line, unless it is there.
  /// @returns false if there is no place.
  [[nodiscard]] bool want(const std::string& address);

  /// Returns an address to try now, if there is one.
  [[nodiscard]] std::optional<std::string> next();

  /// What came of that.
  void
  done(const std::string& address, std::string why_not, queue::time_point now);

private:
  struct finding {
    std::string why_not;
    queue::time_point found;
  };

  void forget_old(queue::time_point now);

  std::deque<std::string> line_;
  /// In line or under way.
  std::set<std::string> wanted_;
  size_t open_ = 0;
  std::map<std::string, finding> known_;
  /// Those that are known, oldest first.
  std::deque<std::string> order_;
};

} // namespace cafq
