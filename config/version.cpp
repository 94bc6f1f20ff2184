#include "config/version.hpp"

#include <fmt/core.h>

namespace cafq::config {

std::string_view version() noexcept {
  return CAFQ_VERSION;
}

std::string_view nsqd_version() noexcept {
  return "1.3.0";
}

program program_of(std::string_view path, role x) noexcept {
  const auto name = path.substr(path.rfind('/') + 1);
  if (x == role::lookupd)
    return name == "nsqlookupd" ? program::nsqlookupd : program::cafqlookupd;
  return name == "nsqd" ? program::nsqd : program::cafqd;
}

role role_of(program x) noexcept {
  return x == program::cafqlookupd || x == program::nsqlookupd ? role::lookupd
                                                               : role::broker;
}

std::string_view own_name(role x) noexcept {
  return x == role::lookupd ? "cafqlookupd" : "cafqd";
}

std::string_view to_string(program x) noexcept {
  switch (x) {
    case program::nsqd:
      return "nsqd";
    case program::nsqlookupd:
      return "nsqlookupd";
    case program::cafqlookupd:
    case program::cafqd:
      break;
  }
  return own_name(role_of(x));
}

std::string version_line(program x) {
  const auto own = own_name(role_of(x));
  const auto name = to_string(x);
  if (name != own)
    return fmt::format("{} v{} (built w/{}-{})", name, nsqd_version(), own,
                       version());
  return fmt::format("{} v{} (stands for {} v{})", own, version(),
                     role_of(x) == role::lookupd ? "nsqlookupd" : "nsqd",
                     nsqd_version());
}

} // namespace cafq::config
