#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

namespace cafq {

/// How many streams of changes there may be, on all ports: in all, and of one
/// address, so that one client leaves some to the others.
class stream_places : public std::enable_shared_from_this<stream_places> {
public:
  static constexpr size_t most = 64;
  static constexpr size_t most_of_address = 8;

  /// One of them, free again when it goes. Never null if there is one.
  using place = std::shared_ptr<const std::string>;

  /// Returns a place for somebody from this address, null if there is none.
  /// @param address Without port. Whoever has none, on a Unix socket, has one
  ///   address together.
  [[nodiscard]] place take(const std::string& address) {
    if (taken_ == most || of_address(address) == most_of_address)
      return nullptr;
    ++taken_;
    ++of_[address];
    return {new std::string{address},
            [me = shared_from_this()](const std::string* x) {
              const std::unique_ptr<const std::string> gone{x};
              me->free(*gone);
            }};
  }

private:
  [[nodiscard]] size_t of_address(const std::string& x) const {
    const auto i = of_.find(x);
    return i != of_.end() ? i->second : 0;
  }

  void free(const std::string& address) {
    --taken_;
    const auto i = of_.find(address);
    if (--i->second == 0)
      of_.erase(i);
  }

  size_t taken_ = 0;
  std::map<std::string, size_t> of_;
};

} // namespace cafq
