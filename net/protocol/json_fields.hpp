#pragma once

#include "net/protocol/json_text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

namespace cafq::protocol {

/// A member of a struct, and the key that stands for it.
template <class T>
struct json_field {
  std::string_view name;
  std::variant<std::string T::*, bool T::*, int32_t T::*, int64_t T::*> member;
};

/// Folds a key as Go does: by Unicode's rules, to which the long s is an s. (No
/// field has a k, else the Kelvin sign would belong here.)
[[nodiscard]] inline std::string fold_key(std::string_view key) {
  constexpr std::string_view long_s = "\xc5\xbf";
  std::string result;
  while (!key.empty()) {
    if (key.starts_with(long_s)) {
      result += 's';
      key.remove_prefix(long_s.size());
      continue;
    }
    const char c = key.front();
    result += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    key.remove_prefix(1);
  }
  return result;
}

/// Fills a struct from the events of a JSON parser. An answer of false stops
/// the parser.
template <class T>
class json_decoder {
public:
  json_decoder(T& to, std::span<const json_field<T>> fields) noexcept
    : to_(to), fields_(fields) {
    // nop
  }

  // -- values -----------------------------------------------------------------

  bool null() {
    return true;
  }

  bool boolean(bool value) {
    return set(value);
  }

  bool number_integer(int64_t value) {
    if (is_field<int32_t>()) {
      if (!std::in_range<int32_t>(value))
        return false;
      return set(static_cast<int32_t>(value));
    }
    return set(value);
  }

  bool number_unsigned(uint64_t value) {
    if (std::in_range<int64_t>(value))
      return number_integer(static_cast<int64_t>(value));
    return skip();
  }

  bool number_float(double, const std::string&) {
    return skip();
  }

  bool string(std::string& value) {
    return set(std::move(value));
  }

  bool binary(nlohmann::json::binary_t&) {
    return false;
  }

  // -- structure --------------------------------------------------------------

  bool start_object(size_t) {
    return (depth_ == 0 || skip()) && enter();
  }

  bool start_array(size_t) {
    return skip() && enter();
  }

  bool end_object() {
    --depth_;
    return true;
  }

  bool end_array() {
    return end_object();
  }

  bool key(const std::string& name) {
    if (depth_ != 1)
      return true;
    const auto folded = fold_key(name);
    const auto i
      = std::find_if(fields_.begin(), fields_.end(),
                     [&](const auto& x) { return x.name == folded; });
    field_ = i == fields_.end() ? nullptr : &*i;
    return true;
  }

  bool
  parse_error(size_t, const std::string&, const nlohmann::detail::exception&) {
    return false;
  }

private:
  /// Go's limit on nested values (encoding/json/scanner.go: maxNestingDepth).
  static constexpr int max_depth = 10000;

  bool enter() {
    return ++depth_ <= max_depth;
  }

  /// The field the next value is for, if it is for one.
  [[nodiscard]] const json_field<T>* target() const {
    return depth_ == 1 ? field_ : nullptr;
  }

  template <class Value>
  [[nodiscard]] bool is_field() const {
    return target() != nullptr
           && std::holds_alternative<Value T::*>(target()->member);
  }

  /// Takes a value no field can hold.
  [[nodiscard]] bool skip() const {
    return depth_ > 0 && target() == nullptr;
  }

  template <class Value>
  bool set(Value value) {
    if (!is_field<Value>())
      return skip();
    to_.*std::get<Value T::*>(target()->member) = std::move(value);
    return true;
  }

  T& to_;
  std::span<const json_field<T>> fields_;
  const json_field<T>* field_ = nullptr;
  int depth_ = 0;
};

/// Decodes JSON as Go's `json.Unmarshal` does: keys in any case, the last of
/// several wins, `null` changes nothing, unknown keys are skipped.
/// @returns Nothing where Go reports an error.
template <class T>
[[nodiscard]] std::optional<T>
decode_fields(std::string_view json, std::span<const json_field<T>> fields) {
  const auto text = strict_json(json);
  if (!text)
    return std::nullopt;
  T result;
  json_decoder<T> events{result, fields};
  if (!nlohmann::json::sax_parse(*text, &events))
    return std::nullopt;
  return result;
}

} // namespace cafq::protocol
