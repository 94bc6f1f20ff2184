#pragma once

#include "actors/queue/block.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace cafq::queue {

/// Packs blocks with ascending numbers into as few as the limits allow, which
/// share their bodies.
class block_packer {
public:
  void add(block_ptr x) {
    if (count_ + x->count() > block::max_messages
        || bytes_ + x->bytes() > block::max_bytes)
      close();
    count_ += x->count();
    bytes_ += x->bytes();
    open_.push_back(std::move(x));
  }

  /// The next block begins a new one.
  void close();

  /// Returns what was packed, and starts anew.
  [[nodiscard]] std::vector<block_ptr> take() {
    close();
    return std::exchange(done_, {});
  }

private:
  std::vector<block_ptr> open_;
  size_t count_ = 0;
  size_t bytes_ = 0;
  std::vector<block_ptr> done_;
};

} // namespace cafq::queue
