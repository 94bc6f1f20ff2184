#include "test/sim/machine.hpp"

#include <caf/detail/test_actor_clock.hpp>

#include <cerrno>
#include <chrono>
#include <ctime>

#include <dlfcn.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace cafq::sim {

namespace {

using namespace std::chrono_literals;

/// The simulation begins at some moment of 2023. Some code treats time zero as
/// "never".
constexpr queue::duration boot = 10'000s;
constexpr queue::duration unix_boot = 1'700'000'000s;

} // namespace

machine& machine::here() {
  static machine result;
  return result;
}

void machine::switch_on(uint64_t seed) {
  on_ = true;
  now_ = queue::time_point{} + boot;
  unix_offset_ = unix_boot - boot;
  random_.seed(static_cast<unsigned>(seed));
}

void machine::pass(queue::duration time) {
  now_ += time;
  show_to(clock_);
}

void machine::show_to(caf::detail::test_actor_clock* clock) {
  clock_ = clock;
  if (clock_)
    clock_->current_time = now_;
}

void machine::end_process() {
  std::longjmp(end_, 1); // NOLINT(cert-err52-cpp)
}

namespace {

int tell(queue::duration time, timespec* to) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  to->tv_sec = static_cast<time_t>(whole.count());
  to->tv_nsec = static_cast<long>((time - whole).count());
  return 0;
}

} // namespace

} // namespace cafq::sim

// -- in the place of libc and libstdc++ ---------------------------------------

extern "C" {

int clock_gettime(clockid_t which, timespec* to) noexcept {
  const auto& here = cafq::sim::machine::here();
  if (here.on()) {
    switch (which) {
      case CLOCK_REALTIME:
      case CLOCK_REALTIME_COARSE:
        return cafq::sim::tell(here.unix_time(), to);
      case CLOCK_MONOTONIC:
      case CLOCK_MONOTONIC_COARSE:
      case CLOCK_MONOTONIC_RAW:
      case CLOCK_BOOTTIME:
        return cafq::sim::tell(here.now().time_since_epoch(), to);
      default:
        break;
    }
  }
  return static_cast<int>(::syscall(SYS_clock_gettime, which, to));
}

int statvfs(const char* path, struct statvfs* to) noexcept {
  static const auto real
    = reinterpret_cast<decltype(&statvfs)>(::dlsym(RTLD_NEXT, "statvfs"));
  const auto result = real(path, to);
  const auto& here = cafq::sim::machine::here();
  if (result != 0 || !here.on())
    return result;
  to->f_frsize = to->f_bsize = 4096;
  to->f_blocks = cafq::sim::machine::disk_size / 4096;
  to->f_bfree = to->f_bavail = here.disk_free / 4096;
  return 0;
}

void _Exit(int code) noexcept { // NOLINT(bugprone-reserved-identifier)
  auto& here = cafq::sim::machine::here();
  if (here.on())
    here.end_process();
  ::_exit(code);
}

} // extern "C"

std::random_device::result_type std::random_device::_M_getval() {
  return cafq::sim::machine::here().random();
}
