#include "net/protocol/lookup_channels.hpp"

#include "net/protocol/names.hpp"

#include <nlohmann/json.hpp>

namespace cafq::protocol {

std::string
channels_url(std::string_view http_address, std::string_view topic) {
  std::string result{"http://"};
  result += http_address;
  result += "/channels?topic=";
  // The only character of a name that a query does not take.
  for (const char c : topic)
    if (c == '#')
      result += "%23";
    else
      result += c;
  return result;
}

std::optional<std::vector<std::string>> read_channels(std::string_view body) {
  const auto answer = nlohmann::json::parse(body, nullptr, false);
  if (!answer.is_object())
    return std::nullopt;
  const auto channels = answer.find("channels");
  if (channels == answer.end() || !channels->is_array())
    return std::nullopt;
  std::vector<std::string> result;
  for (const auto& x : *channels) {
    if (!x.is_string())
      return std::nullopt;
    auto name = x.get<std::string>();
    if (valid_name(name) && !is_ephemeral(name))
      result.push_back(std::move(name));
  }
  return result;
}

} // namespace cafq::protocol
