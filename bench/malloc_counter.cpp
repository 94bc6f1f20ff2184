// LD_PRELOAD: counts what a process allocates, for `./dev bench --quick`.
//
// The file that CAFQ_MALLOC_COUNTS names is two 64-bit numbers: calls, and
// bytes asked for. They are there while the process runs.

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

// glibc's own names of what is replaced here.
extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
}

namespace {

struct counts {
  std::atomic<uint64_t> calls;
  std::atomic<uint64_t> bytes;
};

counts nobody_looks;
std::atomic<counts*> where = &nobody_looks;

void count(size_t size) noexcept {
  auto* to = where.load(std::memory_order_relaxed);
  to->calls.fetch_add(1, std::memory_order_relaxed);
  to->bytes.fetch_add(size, std::memory_order_relaxed);
}

[[gnu::constructor]] void open_counts() {
  const auto* name = std::getenv("CAFQ_MALLOC_COUNTS");
  if (name == nullptr)
    return;
  const auto fd = ::open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ::ftruncate(fd, sizeof(counts)) != 0)
    return;
  auto* shared = ::mmap(nullptr, sizeof(counts), PROT_READ | PROT_WRITE,
                        MAP_SHARED, fd, 0);
  ::close(fd);
  if (shared != MAP_FAILED)
    where = static_cast<counts*>(shared);
}

} // namespace

extern "C" {

void* malloc(size_t size) {
  count(size);
  return __libc_malloc(size);
}

void* calloc(size_t n, size_t size) {
  count(n * size);
  return __libc_calloc(n, size);
}

void* realloc(void* from, size_t size) {
  count(size);
  return __libc_realloc(from, size);
}

void* memalign(size_t alignment, size_t size) {
  count(size);
  return __libc_memalign(alignment, size);
}

void* aligned_alloc(size_t alignment, size_t size) {
  return memalign(alignment, size);
}

int posix_memalign(void** out, size_t alignment, size_t size) {
  *out = memalign(alignment, size);
  return *out == nullptr ? ENOMEM : 0;
}
}
