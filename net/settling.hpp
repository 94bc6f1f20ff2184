#pragma once

#include "actors/payloads.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace cafq {

/// The FIN, REQ and TOUCH of one socket read in the order they came: like ones
/// in a row travel as one actor message.
class settling_groups {
public:
  struct group {
    settling command = settling::fin;
    numbers_ptr numbers;
    requeues_ptr requeues;
  };

  void finish(uint64_t number) {
    last(settling::fin).numbers->list.push_back(number);
  }

  void touch(uint64_t number) {
    last(settling::touch).numbers->list.push_back(number);
  }

  void requeue(uint64_t number, queue::duration delay) {
    last(settling::req).requeues->list.push_back({number, delay});
  }

  [[nodiscard]] bool empty() const noexcept {
    return groups_.empty();
  }

  [[nodiscard]] std::vector<group> take() {
    return std::exchange(groups_, {});
  }

  void clear() noexcept {
    groups_.clear();
  }

private:
  group& last(settling command) {
    if (groups_.empty() || groups_.back().command != command) {
      auto& x = groups_.emplace_back();
      x.command = command;
      if (command == settling::req)
        x.requeues.reset(new requeues);
      else
        x.numbers.reset(new numbers);
    }
    return groups_.back();
  }

  std::vector<group> groups_;
};

} // namespace cafq
