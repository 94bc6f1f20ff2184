#include "config/version.hpp"

#include <fmt/core.h>

namespace cafq::config {

std::string_view version() noexcept {
  return CAFQ_VERSION;
}

std::string_view nsqd_version() noexcept {
  return "1.3.0";
}

program program_of(std::string_view path) noexcept {
  const auto name = path.substr(path.rfind('/') + 1);
  return name == "nsqd" ? program::nsqd : program::cafqd;
}

std::string_view to_string(program x) noexcept {
  return x == program::nsqd ? "nsqd" : "cafqd";
}

std::string version_line(program x) {
  if (x == program::nsqd)
    return fmt::format("nsqd v{} (built w/cafqd-{})", nsqd_version(),
                       version());
  return fmt::format("cafqd v{} (stands for nsqd v{})", version(),
                     nsqd_version());
}

} // namespace cafq::config
