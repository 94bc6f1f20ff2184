#include "config/secrets.hpp"

#include <utility>

namespace cafq::config {

std::string without_secret(std::string_view address) {
  // The last one: a password may have an @ itself, or a slash. Better to hide a
  // part of a path than to show a part of a password.
  const auto at = address.rfind('@');
  if (at == address.npos)
    return std::string{address};
  const auto scheme = address.find("://");
  const auto begin = scheme < at ? scheme + 3 : 0;
  std::string result{address.substr(0, begin)};
  result += "***";
  result += address.substr(at);
  return result;
}

options without_secrets(options x) {
  for (auto& address : x.auth_http_address)
    address = without_secret(address);
  return x;
}

} // namespace cafq::config
