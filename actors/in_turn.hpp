#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace cafq {

/// Asks something of each of a list, a few at a time: CAF looks for the
/// question of an answer one by one, so many open ones cost more than their
/// number.
template <class T>
class in_turn : public std::enable_shared_from_this<in_turn<T>> {
public:
  using callback = std::function<void()>;

  /// Asks one; calls `answered` once, whatever comes of it.
  using question = std::function<void(const T& whom, callback answered)>;

  static constexpr size_t most_open = 64;

  /// Asks all.
  /// @param done Is called when all have answered.
  static void begin(std::vector<T> list, question ask, callback done) {
    const std::shared_ptr<in_turn> x{
      new in_turn(std::move(list), std::move(ask), std::move(done))};
    x->pump();
  }

private:
  in_turn(std::vector<T> list, question ask, callback done)
    : list_(std::move(list)), ask_(std::move(ask)), done_(std::move(done)) {
    // nop
  }

  void pump() {
    while (open_ < most_open && next_ < list_.size()) {
      ++open_;
      ask_(list_[next_++], [me = this->shared_from_this()] {
        --me->open_;
        me->pump();
      });
    }
    if (open_ == 0 && done_)
      std::exchange(done_, nullptr)();
  }

  std::vector<T> list_;
  question ask_;
  callback done_;
  size_t next_ = 0;
  size_t open_ = 0;
};

} // namespace cafq
