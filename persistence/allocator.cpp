#include "persistence/allocator.hpp"

#include <malloc.h>

namespace cafq {

void tune_allocator() noexcept {
  constexpr int threshold = 256 << 20;
  mallopt(M_TRIM_THRESHOLD, threshold);
  mallopt(M_MMAP_THRESHOLD, threshold);
}

} // namespace cafq
