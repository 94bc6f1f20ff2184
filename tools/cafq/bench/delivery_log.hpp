#pragma once

#include "tools/cafq/bench/body_header.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cafq::bench {

/// Numbers by run and producer; knows the last one by heart.
template <class T>
class per_producer {
public:
  [[nodiscard]] T& of(const body_header& header) {
    const auto key = std::uint64_t{header.run} << 32U | header.producer;
    if (last_ == nullptr || last_key_ != key) {
      last_ = &all_[key];
      last_key_ = key;
    }
    return *last_;
  }

private:
  std::unordered_map<std::uint64_t, T> all_;
  std::uint64_t last_key_ = 0;
  T* last_ = nullptr;
};

/// One consumer's place in every producer's sequence: what it expects next.
/// Consumers of one channel share the messages, so each has a place of its own.
using order = per_producer<std::uint64_t>;

/// What one channel has seen of every producer's sequence.
class delivery_log {
public:
  /// @param run Whose messages count; without, those of every bench.
  /// @param body_size Of what is published; bodies too small for a header are
  ///                  counted without a look at them. 0 is not known.
  explicit delivery_log(std::optional<std::uint32_t> run,
                        std::size_t body_size = 0);

  /// Notes a delivery.
  /// @param place Of the consumer that got it.
  /// @param attempts As the broker counts them. A redelivery has no place to
  ///                 be in.
  void note(std::string_view body, order& place, std::uint16_t attempts = 1);

  /// The broker was told to deliver this one again.
  /// @pre It was noted.
  void give_back(std::string_view body);

  /// Deliveries, less those given back and those that came again.
  [[nodiscard]] std::uint64_t distinct() const noexcept {
    return distinct_;
  }

  /// Messages that came again although they were not given back.
  [[nodiscard]] std::uint64_t duplicates() const noexcept {
    return duplicates_;
  }

  /// Messages that a consumer got for the first time, but after a later one.
  [[nodiscard]] std::uint64_t out_of_order() const noexcept {
    return out_of_order_;
  }

  [[nodiscard]] std::uint64_t given_back() const noexcept {
    return given_back_;
  }

  /// Messages of somebody else.
  [[nodiscard]] std::uint64_t foreign() const noexcept {
    return foreign_;
  }

private:
  std::optional<std::uint32_t> run_;
  bool anonymous_;
  per_producer<std::vector<bool>> seen_;
  std::uint64_t distinct_ = 0;
  std::uint64_t duplicates_ = 0;
  std::uint64_t out_of_order_ = 0;
  std::uint64_t given_back_ = 0;
  std::uint64_t foreign_ = 0;
};

} // namespace cafq::bench
