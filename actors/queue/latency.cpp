#include "actors/queue/latency.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace cafq::queue {

namespace {

/// Durations are counted in units of 2^10 ns.
constexpr unsigned unit_bits = 10;

/// 2^5 buckets per power of two.
constexpr unsigned sub_bits = 5;
constexpr uint64_t sub_buckets = 1U << sub_bits;

/// Durations of 2^36 units, 19.5 h, and more share the last bucket.
constexpr unsigned most_bits = 36;
constexpr size_t all_buckets = (most_bits - sub_bits + 1) * sub_buckets;

size_t bucket_of(duration x) {
  const auto units = static_cast<uint64_t>(x.count()) >> unit_bits;
  if (units < sub_buckets)
    return units;
  const auto bits = static_cast<unsigned>(std::bit_width(units));
  if (bits > most_bits)
    return all_buckets - 1;
  // The highest bit says which power of two, the five behind it which bucket.
  const auto shift = bits - sub_bits - 1;
  return (shift << sub_bits) + (units >> shift);
}

/// Returns the middle of a bucket.
duration middle_of(size_t bucket) {
  uint64_t from = bucket;
  uint64_t width = 1;
  if (bucket >= sub_buckets) {
    const auto shift = (bucket >> sub_bits) - 1;
    from = (sub_buckets + (bucket & (sub_buckets - 1))) << shift;
    width = uint64_t{1} << shift;
  }
  const auto ns = (from << unit_bits) + (width << unit_bits) / 2;
  return duration{static_cast<int64_t>(ns)};
}

} // namespace

void latency_histogram::add(duration x) {
  x = std::max(x, duration{0});
  if (buckets_.empty())
    buckets_.resize(all_buckets);
  ++buckets_[bucket_of(x)];
  ++count_;
  greatest_ = std::max(greatest_, x);
}

void latency_histogram::merge(const latency_histogram& other) {
  if (other.count_ == 0)
    return;
  if (buckets_.empty())
    buckets_.resize(all_buckets);
  for (size_t i = 0; i < all_buckets; ++i)
    buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  greatest_ = std::max(greatest_, other.greatest_);
}

void latency_histogram::clear() {
  *this = {};
}

duration latency_histogram::quantile(double q) const {
  const auto wanted
    = static_cast<uint64_t>(std::ceil(q * static_cast<double>(count_)));
  if (wanted >= count_)
    return greatest_;
  uint64_t seen = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= wanted && seen > 0)
      return std::min(middle_of(i), greatest_);
  }
  return greatest_;
}

void latency_window::add(time_point now, duration x) {
  if (age(now) >= half_) {
    older_ = age(now) < 2 * half_ ? std::move(newer_) : latency_histogram{};
    newer_.clear();
    begun_ = now;
  }
  newer_.add(x);
}

latency_histogram latency_window::at(time_point now) const {
  latency_histogram result;
  if (age(now) >= 2 * half_)
    return result;
  result = newer_;
  if (age(now) < half_)
    result.merge(older_);
  return result;
}

} // namespace cafq::queue
