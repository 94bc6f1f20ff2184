#pragma once

#include <thread>

namespace cafq::queue {

/// What belongs to one thread, whichever uses it first.
class thread_owner {
public:
  /// Whether the caller is that thread. Only asserts ask.
  [[nodiscard]] bool is_here() noexcept {
    const auto me = std::this_thread::get_id();
    if (owner_ == std::thread::id{})
      owner_ = me;
    return owner_ == me;
  }

private:
  std::thread::id owner_;
};

} // namespace cafq::queue
