#include "tools/cafq/bench/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace cafq::bench {

namespace {

// Below 2^precision each value has a bucket. Above, each power of two is cut
// into 2^(precision - 1) equal buckets.
constexpr int precision = 7;
constexpr std::uint64_t exact = 1U << precision;
constexpr std::uint64_t half = exact / 2;
constexpr std::size_t bucket_count = exact + (64 - precision) * half;

std::size_t bucket_of(std::uint64_t value) noexcept {
  if (value < exact)
    return value;
  const auto shift = std::bit_width(value) - precision;
  return exact + static_cast<std::size_t>(shift - 1) * half
         + ((value >> shift) - half);
}

std::uint64_t last_value_of(std::size_t bucket) noexcept {
  if (bucket < exact)
    return bucket;
  const auto shift = (bucket - exact) / half + 1;
  const auto first = half + (bucket - exact) % half;
  return ((first + 1) << shift) - 1;
}

} // namespace

histogram::histogram() : buckets_(bucket_count) {
  // nop
}

void histogram::record(std::uint64_t value) noexcept {
  ++buckets_[bucket_of(value)];
  ++count_;
  max_ = std::max(max_, value);
}

void histogram::clear() noexcept {
  std::fill(buckets_.begin(), buckets_.end(), 0);
  count_ = 0;
  max_ = 0;
}

std::uint64_t histogram::quantile(double fraction) const noexcept {
  const auto wanted = static_cast<std::uint64_t>(
    std::ceil(fraction * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen > 0 && seen >= wanted)
      return std::min(last_value_of(i), max_);
  }
  return max_;
}

} // namespace cafq::bench
