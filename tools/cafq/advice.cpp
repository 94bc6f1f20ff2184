#include "tools/cafq/advice.hpp"

#include "tools/cafq/http_client.hpp"

namespace cafq::tool {

std::string with_address(std::string_view text, std::string_view address) {
  std::string result{text};
  if (address == default_http_address)
    return result;
  const std::string_view begin = "`cafq ";
  for (auto i = result.find(begin); i != std::string::npos;
       i = result.find(begin, i)) {
    i = result.find('`', i + 1);
    if (i == std::string::npos)
      break;
    result.insert(i, std::string{" --http-address "}.append(address));
  }
  return result;
}

} // namespace cafq::tool
