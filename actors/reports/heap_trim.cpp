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

/// How much more than behind the last time there has to be.
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
  const auto now = anonymous_memory();
  least_ = std::min(least_, now);
  if (now < used + worth || now < least_ + more)
    return;
  ::malloc_trim(0);
  ++times_;
  least_ = anonymous_memory();
}

} // namespace cafq
