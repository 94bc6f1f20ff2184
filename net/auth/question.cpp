#include "net/auth/question.hpp"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

namespace cafq::auth {

namespace {

/// As Go's url.QueryEscape.
std::string escape(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const auto plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                       || (c >= '0' && c <= '9') || c == '-' || c == '_'
                       || c == '.' || c == '~';
    if (plain) {
      result += c;
    } else if (c == ' ') {
      result += '+';
    } else {
      const auto bits = static_cast<unsigned char>(c);
      result += '%';
      result += digits[bits >> 4U];
      result += digits[bits & 15U];
    }
  }
  return result;
}

using field = std::pair<const char*, std::string>;

/// Sorted by name, as Go's url.Values.
std::array<field, 4> fields_of(const question& x) {
  return {{{"common_name", x.common_name},
           {"remote_ip", x.remote_ip},
           {"secret", x.secret},
           {"tls", x.tls ? "true" : "false"}}};
}

} // namespace

std::string url_of(std::string_view address) {
  std::string result{address};
  if (address.find("://") == address.npos)
    result = "http://" + result + "/auth";
  return result;
}

std::string to_query(const question& x) {
  std::string result;
  for (const auto& [name, value] : fields_of(x)) {
    if (!result.empty())
      result += '&';
    result.append(name).append("=").append(escape(value));
  }
  return result;
}

std::string to_json(const question& x) {
  nlohmann::ordered_json result;
  for (const auto& [name, value] : fields_of(x))
    result[name] = nlohmann::ordered_json::array({value});
  using handler = nlohmann::ordered_json::error_handler_t;
  return result.dump(-1, ' ', false, handler::replace);
}

} // namespace cafq::auth
