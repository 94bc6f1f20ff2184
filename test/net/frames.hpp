#pragma once

#include "net/protocol/big_endian.hpp"
#include "net/protocol/frame.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cafq::test {

/// Returns four big-endian bytes.
inline std::string be(size_t value) {
  std::string result(4, '\0');
  protocol::store_big_endian(result.data(), static_cast<uint32_t>(value));
  return result;
}

/// Returns a body with its size in front.
inline std::string sized(std::string_view body) {
  return be(body.size()) + std::string{body};
}

inline std::string pub(const std::string& topic, std::string_view body) {
  return "PUB " + topic + "\n" + sized(body);
}

/// Returns a response frame.
inline std::string response(std::string_view data) {
  return be(data.size() + 4) + be(0) + std::string{data};
}

/// Returns the data of each frame; `!` stands in front of an error, `#`, the
/// attempts and a blank in front of a message's body.
/// @pre `bytes` are whole frames.
template <class Bytes>
std::vector<std::string> frames_in(const Bytes& bytes) {
  std::vector<std::string> result;
  std::string_view rest{bytes.data(), bytes.size()};
  while (rest.size() >= 8) {
    const auto size = protocol::load_big_endian<uint32_t>(rest.data());
    const auto type = protocol::load_big_endian<uint32_t>(rest.data() + 4);
    const auto data = rest.substr(8, size - 4);
    if (type == 2) {
      const auto attempts
        = protocol::load_big_endian<uint16_t>(data.data() + 8);
      result.push_back("#" + std::to_string(attempts) + " "
                       + std::string{data.substr(26)});
    } else {
      result.push_back((type == 1 ? "!" : "") + std::string{data});
    }
    rest.remove_prefix(size_t{4} + size);
  }
  if (!rest.empty())
    result.emplace_back("(part of a frame)");
  return result;
}

} // namespace cafq::test
