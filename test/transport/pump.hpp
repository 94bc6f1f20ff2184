#pragma once

#include "net/transport/filter.hpp"

#include <algorithm>
#include <cstdint>
#include <iomanip>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace cafq::test {

/// What a receiver made of the bytes it was fed.
struct received {
  std::string plain;
  std::string reply;
  transport::step last = transport::step::hungry;
  /// The most bytes that one step appended.
  size_t largest = 0;
};

/// Feeds `wire` in portions of `portion` bytes and takes all that comes out.
inline received
pump(transport::filter& to, std::string_view wire, size_t portion) {
  received result;
  protocol::input_buffer input;
  std::vector<char> plain;
  std::vector<char> reply;
  const auto drain = [&] {
    do {
      plain.clear();
      result.last = to.receive(input, plain, reply);
      result.plain.append(plain.data(), plain.size());
      result.largest = std::max(result.largest, plain.size());
    } while (result.last == transport::step::more);
    return result.last == transport::step::hungry;
  };
  while (!wire.empty()) {
    const std::string bytes{wire.substr(0, portion)};
    wire.remove_prefix(bytes.size());
    input.feed(bytes);
    if (!drain())
      break;
  }
  result.reply.assign(reply.data(), reply.size());
  return result;
}

inline std::string encode(transport::filter& by, std::string_view plain) {
  std::vector<char> wire;
  if (!by.send(plain, wire))
    return "cannot send";
  return {wire.data(), wire.size()};
}

inline std::string hex(std::string_view bytes) {
  std::ostringstream out;
  for (const auto x : bytes)
    out << std::hex << std::setw(2) << std::setfill('0')
        << static_cast<unsigned>(static_cast<uint8_t>(x));
  return out.str();
}

inline std::string unhex(std::string_view text) {
  std::string result;
  std::string digits;
  for (const auto x : text) {
    if (x == ' ')
      continue;
    digits += x;
    if (digits.size() == 2) {
      result += static_cast<char>(std::stoi(digits, nullptr, 16));
      digits.clear();
    }
  }
  return result;
}

/// Bytes as messages are: some repeat, some do not.
inline std::string random_bytes(std::mt19937& random, size_t size) {
  std::string result;
  while (result.size() < size) {
    const auto n = std::min<size_t>(random() % 500 + 1, size - result.size());
    if (random() % 3 == 0 && result.size() > n)
      result += result.substr(random() % (result.size() - n), n);
    else if (random() % 2 == 0)
      result.append(n, static_cast<char>(random()));
    else
      std::generate_n(std::back_inserter(result), n,
                      [&] { return static_cast<char>(random()); });
  }
  return result;
}

} // namespace cafq::test

namespace cafq::transport {

inline std::ostream& boost_test_print_type(std::ostream& out, step x) {
  switch (x) {
    case step::more:
      return out << "more";
    case step::hungry:
      return out << "hungry";
    case step::ended:
      return out << "ended";
    case step::failed:
      break;
  }
  return out << "failed";
}

} // namespace cafq::transport
