#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

/// Big-endian integers in a row, as everything on disk has them.
namespace cafq {

template <class T>
[[nodiscard]] constexpr T big_endian(T x) noexcept {
  static_assert(std::endian::native == std::endian::little);
  if constexpr (sizeof(T) == 1)
    return x;
  else if constexpr (sizeof(T) == 2)
    return static_cast<T>(__builtin_bswap16(static_cast<uint16_t>(x)));
  else if constexpr (sizeof(T) == 4)
    return static_cast<T>(__builtin_bswap32(static_cast<uint32_t>(x)));
  else
    return static_cast<T>(__builtin_bswap64(static_cast<uint64_t>(x)));
}

class byte_writer {
public:
  explicit byte_writer(char* at) noexcept : at_(at) {
    // nop
  }

  template <class T>
  void put(T x) noexcept {
    x = big_endian(x);
    std::memcpy(at_, &x, sizeof(T));
    at_ += sizeof(T);
  }

  void put(std::string_view x) noexcept {
    if (!x.empty())
      std::memcpy(at_, x.data(), x.size());
    at_ += x.size();
  }

  [[nodiscard]] char* at() const noexcept {
    return at_;
  }

private:
  char* at_;
};

/// Reads past the end give zero and make `ok` false.
class byte_reader {
public:
  explicit byte_reader(std::string_view bytes) noexcept : rest_(bytes) {
    // nop
  }

  template <class T>
  [[nodiscard]] T get() noexcept {
    T result{};
    if (const auto x = take(sizeof(T)); !x.empty())
      std::memcpy(&result, x.data(), sizeof(T));
    return big_endian(result);
  }

  [[nodiscard]] std::string_view take(size_t size) noexcept {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const auto result = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return result;
  }

  [[nodiscard]] std::string_view rest() const noexcept {
    return rest_;
  }

  [[nodiscard]] bool ok() const noexcept {
    return ok_;
  }

private:
  std::string_view rest_;
  bool ok_ = true;
};

} // namespace cafq
