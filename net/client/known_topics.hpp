#pragma once

#include "actors/client_memory.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cafq {

/// What a name of a topic takes in a connection and with its LISTENER, about.
inline constexpr size_t topic_name_bytes = 384;

/// Returns how many names of topics a connection keeps.
[[nodiscard]] inline size_t most_topic_names(const client_memory& all) {
  return all.tight() ? 8 : 256;
}

/// The topics that a connection publishes to: it asks for each once. Those of a
/// client that publishes to many are forgotten again, and looked up anew.
/// @tparam Handle That of a topic.
template <class Handle>
class known_topics {
public:
  /// @returns null if it is not known.
  [[nodiscard]] const Handle* find(std::string_view name) const {
    const auto i = all_.find(name);
    return i != all_.end() ? &i->second : nullptr;
  }

  /// Adds a topic that was not known.
  /// @param most How many there may be; those that may not go count as well.
  /// @param may_go Whether a topic may be forgotten for it.
  /// @param forgotten Is told of each that is.
  template <class MayGo, class Forgotten>
  void add(const std::string& name, const Handle& x, size_t most, MayGo may_go,
           Forgotten forgotten) {
    while (all_.size() >= most) {
      const auto i = std::find_if(all_.begin(), all_.end(), [&](const auto& y) {
        return may_go(y.second);
      });
      if (i == all_.end())
        break;
      forgotten(i->second);
      all_.erase(i);
    }
    all_.emplace(name, x);
  }

  /// Forgets a topic.
  /// @returns what it was; invalid if it is not known.
  Handle take(std::string_view name) {
    const auto i = all_.find(name);
    if (i == all_.end())
      return Handle{};
    auto result = std::move(i->second);
    all_.erase(i);
    return result;
  }

  /// Forgets those that have ended.
  template <class HasEnded>
  void forget_if(HasEnded has_ended) {
    std::erase_if(all_, [&](const auto& x) { return has_ended(x.second); });
  }

  [[nodiscard]] size_t size() const noexcept {
    return all_.size();
  }

  [[nodiscard]] auto begin() const noexcept {
    return all_.begin();
  }

  [[nodiscard]] auto end() const noexcept {
    return all_.end();
  }

private:
  std::map<std::string, Handle, std::less<>> all_;
};

} // namespace cafq
