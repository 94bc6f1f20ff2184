#include "actors/reports/heap_trim.hpp"

#include <algorithm>
#include <fstream>

#include <malloc.h>
#include <unistd.h>

namespace cafq {

namespace {

/// Bytes beyond what is known to be in use that are worth a look: topics,
/// channels and connections take some as well.
constexpr size_t worth = size_t{64} << 20U;

/// How much more has to be free than behind the last time.
constexpr size_t more = size_t{32} << 20U;

/// Returns the anonymous memory of this process in bytes (proc(5), statm).
size_t anonymous_memory() {
  std::ifstream in{"/proc/self/statm"};
  size_t size = 0;
  size_t resident = 0;
  size_t shared = 0;
  in >> size >> resident >> shared;
  if (!in || resident < shared)
    return 0;
  return (resident - shared) * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
}

} // namespace

void heap_trim::look(size_t used) {
  // To count what is free takes longer.
  if (anonymous_memory() < used + worth)
    return;
  const auto free = ::mallinfo2().fordblks;
  left_ = std::min(left_, free);
  if (free < left_ + more)
    return;
  ::malloc_trim(0);
  ++times_;
  left_ = free;
}

} // namespace cafq
