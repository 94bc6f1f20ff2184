#include "actors/reports/stats_memory.hpp"

#include <malloc.h>

namespace cafq {

memory_figures memory_in_use() noexcept {
  const auto x = ::mallinfo2();
  return {{
    {"heap_objects", 0},
    {"heap_idle_bytes", x.fordblks},
    {"heap_in_use_bytes", x.uordblks + x.hblkhd},
    {"heap_released_bytes", 0},
    {"gc_pause_usec_100", 0},
    {"gc_pause_usec_99", 0},
    {"gc_pause_usec_95", 0},
    {"next_gc_bytes", 0},
    {"gc_total_runs", 0},
  }};
}

} // namespace cafq
