#pragma once

#include "actors/payloads.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cafq {

/// The FIN, REQ, TOUCH and RDY of one socket read in the order they came: like
/// ones in a row travel as one actor message. The order matters: behind RDY 0
/// a FIN brings no further message.
class settling_groups {
public:
  enum class kind : uint8_t { fin, req, touch, rdy };

  struct group {
    kind command = kind::fin;
    numbers_ptr numbers;
    requeues_ptr requeues;
    size_t ready_count = 0;
  };

  void finish(uint64_t number) {
    last(kind::fin).numbers->list.push_back(number);
  }

  void touch(uint64_t number) {
    last(kind::touch).numbers->list.push_back(number);
  }

  void requeue(uint64_t number, queue::duration delay) {
    last(kind::req).requeues->list.push_back({number, delay});
  }

  void set_ready_count(size_t count) {
    last(kind::rdy).ready_count = count;
  }

  [[nodiscard]] bool empty() const noexcept {
    return groups_.empty();
  }

  /// Calls `use` with each group.
  template <class F>
  void take(F&& use) {
    expected_ = 0;
    for (auto& x : groups_) {
      if (x.numbers)
        expected_ = std::max(expected_, x.numbers->list.size());
      use(x);
    }
    groups_.clear();
  }

  void clear() noexcept {
    groups_.clear();
  }

private:
  group& last(kind command) {
    if (groups_.empty() || groups_.back().command != command) {
      auto& x = groups_.emplace_back();
      x.command = command;
      if (command == kind::req)
        x.requeues.reset(new requeues);
      else if (command != kind::rdy) {
        x.numbers.reset(new numbers);
        x.numbers->list.reserve(expected_);
      }
    }
    return groups_.back();
  }

  std::vector<group> groups_;
  /// Reads of one client are much alike: how many numbers the last one had.
  size_t expected_ = 0;
};

} // namespace cafq
