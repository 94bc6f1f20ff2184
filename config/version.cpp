#include "config/version.hpp"

#include <fmt/core.h>

namespace cafq::config {

std::string_view version() noexcept {
  return CAFQ_VERSION;
}

std::string_view nsqd_version() noexcept {
  return "1.3.0";
}

std::string version_line() {
  return fmt::format("cafqd v{} (stands for nsqd v{})", version(),
                     nsqd_version());
}

} // namespace cafq::config
