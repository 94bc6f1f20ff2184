#include "tools/cafq/bench/delivery_log.hpp"

#include "tools/cafq/error.hpp"

#include <algorithm>

namespace cafq::bench {

namespace {

constexpr std::size_t first_size = 1U << 12;

// A producer does not run ahead of what was seen of it by this much, which
// takes 32 MB to remember.
constexpr std::uint64_t farthest = std::uint64_t{1} << 28;

} // namespace

delivery_log::delivery_log(std::optional<std::uint32_t> run,
                           std::size_t body_size)
  : run_(run), anonymous_(body_size > 0 && body_size < body_header::size) {
  // nop
}

void delivery_log::note(std::string_view body, order& place,
                        std::uint16_t attempts) {
  if (anonymous_) {
    ++distinct_;
    return;
  }
  const auto header = load_header(body);
  if (!header || (run_ && header->run != *run_)) {
    ++foreign_;
    return;
  }
  auto& seen = seen_.of(*header);
  const auto sequence = header->sequence;
  if (sequence >= seen.size()) {
    if (sequence > seen.size() + farthest)
      throw tool::error("a message came back changed");
    seen.resize(std::max<std::size_t>(first_size, 2 * sequence));
  }
  if (seen[sequence]) {
    ++duplicates_;
    return;
  }
  seen[sequence] = true;
  ++distinct_;
  auto& expected = place.of(*header);
  if (sequence >= expected)
    expected = sequence + 1;
  else if (attempts <= 1)
    ++out_of_order_;
}

void delivery_log::give_back(std::string_view body) {
  if (!anonymous_) {
    const auto header = load_header(body);
    if (!header || (run_ && header->run != *run_))
      return;
    seen_.of(*header)[header->sequence] = false;
  }
  --distinct_;
  ++given_back_;
}

} // namespace cafq::bench
