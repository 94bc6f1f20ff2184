#pragma once

#include <cstdint>
#include <vector>

namespace cafq::bench {

/// What one channel has seen of every producer's sequence.
class delivery_log {
public:
  explicit delivery_log(std::size_t producers);

  /// Notes a message of a known producer.
  void note(std::size_t producer, std::uint64_t sequence);

  /// Notes a message that was too small to say whose it is.
  void note_anonymous() noexcept {
    ++distinct_;
  }

  [[nodiscard]] std::uint64_t distinct() const noexcept {
    return distinct_;
  }

  [[nodiscard]] std::uint64_t duplicates() const noexcept {
    return duplicates_;
  }

  /// Messages that came for the first time, but after a later one.
  [[nodiscard]] std::uint64_t out_of_order() const noexcept {
    return out_of_order_;
  }

private:
  struct producer_log {
    std::vector<bool> seen;
    std::uint64_t expected = 0;
  };

  std::vector<producer_log> producers_;
  std::uint64_t distinct_ = 0;
  std::uint64_t duplicates_ = 0;
  std::uint64_t out_of_order_ = 0;
};

} // namespace cafq::bench
