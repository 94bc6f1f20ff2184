#include "tools/cafq/bench/delivery_log.hpp"

#include "tools/cafq/error.hpp"

namespace cafq::bench {

namespace {

constexpr std::size_t first_size = 1U << 16;

} // namespace

delivery_log::delivery_log(std::size_t producers) : producers_(producers) {
  // nop
}

void delivery_log::note(std::size_t producer, std::uint64_t sequence) {
  if (producer >= producers_.size())
    throw tool::error("a message came back changed");
  auto& log = producers_[producer];
  if (sequence >= log.seen.size())
    log.seen.resize(std::max<std::size_t>(first_size, 2 * sequence));
  if (log.seen[sequence]) {
    ++duplicates_;
    return;
  }
  log.seen[sequence] = true;
  ++distinct_;
  if (sequence < log.expected)
    ++out_of_order_;
  else
    log.expected = sequence + 1;
}

} // namespace cafq::bench
