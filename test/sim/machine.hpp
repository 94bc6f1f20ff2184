#pragma once

#include "actors/queue/time.hpp"

#include <csetjmp>
#include <cstdint>
#include <random>

namespace caf::detail {

class test_actor_clock;

} // namespace caf::detail

namespace cafq::sim {

/// What the simulated process finds around it: clocks, random numbers, room on
/// the disk, and a way to end. While it is switched on, the calls of libc and
/// libstdc++ for those come here (machine.cpp), so the broker's own code runs
/// as it is.
class machine {
public:
  /// There is one, as of every process.
  static machine& here();

  /// From here on the calls come here.
  void switch_on(uint64_t seed);

  [[nodiscard]] bool on() const noexcept {
    return on_;
  }

  // -- clocks -----------------------------------------------------------------

  /// Lets time pass; nobody is woken by that.
  void pass(queue::duration time);

  /// What shows the time to actors, from now on; null for none.
  void show_to(caf::detail::test_actor_clock* clock);

  /// Sets the wall clock.
  void set_wall_clock(queue::duration by) {
    unix_offset_ += by;
  }

  [[nodiscard]] queue::time_point now() const noexcept {
    return now_;
  }

  [[nodiscard]] queue::duration unix_time() const noexcept {
    return now_.time_since_epoch() + unix_offset_;
  }

  // -- the disk ---------------------------------------------------------------

  static constexpr uint64_t disk_size = uint64_t{1} << 30U;

  uint64_t disk_free = disk_size / 2;

  // -- the rest ---------------------------------------------------------------

  [[nodiscard]] unsigned random() {
    return static_cast<unsigned>(random_());
  }

  /// Runs `f`.
  /// @returns false if the process ended itself meanwhile. What it held stays
  ///          where it is, as nobody comes back to it.
  template <class F>
  [[nodiscard]] bool survives(F&& f) {
    if (setjmp(end_) != 0) // NOLINT(cert-err52-cpp)
      return false;
    f();
    return true;
  }

  /// The process ends itself, within `survives`.
  [[noreturn]] void end_process();

private:
  bool on_ = false;
  queue::time_point now_{};
  queue::duration unix_offset_{};
  caf::detail::test_actor_clock* clock_ = nullptr;
  std::minstd_rand random_;
  std::jmp_buf end_{};
};

} // namespace cafq::sim
