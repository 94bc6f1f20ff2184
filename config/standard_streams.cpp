#include "config/standard_streams.hpp"

#include <initializer_list>

#include <fcntl.h>
#include <unistd.h>

namespace cafq::config {

bool open_standard_streams() noexcept {
  // In this order each gets the lowest number that is free: its own.
  for (const auto stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(stream, F_GETFD) < 0
        && ::open("/dev/null", O_RDWR) != stream) // NOLINT: to be inherited
      return false;
  return true;
}

} // namespace cafq::config
