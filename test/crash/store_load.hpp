#pragma once

#include "test/persistence/model.hpp"

#include <cstdint>
#include <functional>
#include <random>
#include <string>

namespace cafq::test {

/// Uses a store as a broker with several topics and channels does, next to a
/// model of it. Every modification is in a group, so that what a crash leaves
/// is what the model was after one of them.
class store_load {
public:
  /// @pre The store is empty.
  store_load(message_store& store, uint64_t seed);

  /// One group.
  void step();

  [[nodiscard]] const model& now() const noexcept {
    return now_;
  }

private:
  void publish();
  void report();
  void finish();
  void delay();
  void wake();
  void name();
  void forget();

  [[nodiscard]] uint64_t below(uint64_t end) {
    return random_() % end;
  }

  template <class Map>
  typename Map::iterator pick(Map& from) {
    return std::next(from.begin(), static_cast<ptrdiff_t>(below(from.size())));
  }

  text message(uint64_t number);

  message_store& store_;
  std::mt19937_64 random_;
  model now_;
  uint64_t next_ = 1;
};

/// Returns all that is in a store, such that two with the same content give the
/// same text.
[[nodiscard]] std::string describe(message_store& x);

/// Returns what `describe` gives for a store that holds this.
[[nodiscard]] std::string describe(const model& x);

} // namespace cafq::test
