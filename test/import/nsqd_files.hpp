#pragma once

#include "test/support/scratch_directory.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace cafq::test {

/// A message as nsqd keeps it.
struct nsqd_message {
  int64_t timestamp_ns = 0;
  uint16_t attempts = 0;
  std::string id;
  std::string body;

  /// 4 bytes of length, 8 of time, 2 of attempts, 16 of id, the body.
  [[nodiscard]] std::string bytes() const {
    std::string result;
    const auto put = [&](uint64_t x, int size) {
      for (auto i = size - 1; i >= 0; --i)
        result += static_cast<char>(x >> (8 * i));
    };
    put(26 + body.size(), 4);
    put(static_cast<uint64_t>(timestamp_ns), 8);
    put(attempts, 2);
    return result + id + body;
  }
};

/// When they were published.
constexpr int64_t published_ns = 1'700'000'000'000'000'000;
constexpr int64_t imported_ns = published_ns + 1'000'000'000'000;

/// The i-th message of a series, which no other is like.
inline nsqd_message nsqd_message_of(uint64_t i) {
  std::ostringstream id;
  id << std::hex << std::setw(16) << std::setfill('0') << (0x1234560000 + i);
  return {published_ns + static_cast<int64_t>(i), static_cast<uint16_t>(i % 3),
          id.str(), "message " + std::to_string(i)};
}

inline std::vector<nsqd_message> nsqd_messages(uint64_t first, uint64_t count) {
  std::vector<nsqd_message> result;
  for (auto i = first; i != first + count; ++i)
    result.push_back(nsqd_message_of(i));
  return result;
}

inline std::string nsqd_bytes(const std::vector<nsqd_message>& x) {
  std::string result;
  for (const auto& y : x)
    result += y.bytes();
  return result;
}

/// Writes files as nsqd 1.3.0 does.
class nsqd_files {
public:
  [[nodiscard]] const std::filesystem::path& path() const noexcept {
    return dir_.path();
  }

  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream{path() / name, std::ios::binary} << bytes;
  }

  void names(const std::string& topics) const {
    write("nsqd.dat", R"({"topics":)" + topics + R"(,"version":"1.3.0"})");
  }

  static std::string data_name(const std::string& queue, uint64_t number) {
    std::ostringstream result;
    result << queue << ".diskqueue." << std::setw(6) << std::setfill('0')
           << number << ".dat";
    return result.str();
  }

  void data(const std::string& queue, uint64_t number,
            const std::string& bytes) const {
    write(data_name(queue, number), bytes);
  }

  void meta(const std::string& queue, const std::string& text) const {
    write(queue + ".diskqueue.meta.dat", text);
  }

  /// Returns all there is, by name.
  [[nodiscard]] std::map<std::string, std::string> content() const {
    std::map<std::string, std::string> result;
    for (const auto& x : std::filesystem::directory_iterator{path()}) {
      std::ifstream in{x.path(), std::ios::binary};
      result[x.path().filename().string()]
        = {std::istreambuf_iterator<char>{in}, {}};
    }
    return result;
  }

private:
  scratch_directory dir_;
};

} // namespace cafq::test
