#include "net/protocol/identify_body.hpp"

#include "net/protocol/json_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

namespace cafq::protocol {

namespace {

using field_member
  = std::variant<std::string identify_body::*, bool identify_body::*,
                 int32_t identify_body::*, int64_t identify_body::*>;

struct field {
  std::string_view name;
  field_member member;
};

const std::array<field, 13> fields{{
  {"client_id", &identify_body::client_id},
  {"hostname", &identify_body::hostname},
  {"user_agent", &identify_body::user_agent},
  {"feature_negotiation", &identify_body::feature_negotiation},
  {"heartbeat_interval", &identify_body::heartbeat_interval},
  {"output_buffer_size", &identify_body::output_buffer_size},
  {"output_buffer_timeout", &identify_body::output_buffer_timeout},
  {"sample_rate", &identify_body::sample_rate},
  {"msg_timeout", &identify_body::msg_timeout},
  {"tls_v1", &identify_body::tls_v1},
  {"snappy", &identify_body::snappy},
  {"deflate", &identify_body::deflate},
  {"deflate_level", &identify_body::deflate_level},
}};

/// Folds a key as Go does: by Unicode's rules, to which the long s is an s. (No
/// field has a k, else the Kelvin sign would belong here.)
std::string fold(std::string_view key) {
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

/// Fills an identify_body from the events of a JSON parser. An answer of false
/// stops the parser.
class decoder {
public:
  explicit decoder(identify_body& body) noexcept : body_(body) {
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
    const auto folded = fold(name);
    const auto i
      = std::find_if(fields.begin(), fields.end(),
                     [&](const field& x) { return x.name == folded; });
    field_ = i == fields.end() ? nullptr : &*i;
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
  [[nodiscard]] const field* target() const {
    return depth_ == 1 ? field_ : nullptr;
  }

  template <class T>
  [[nodiscard]] bool is_field() const {
    return target() != nullptr
           && std::holds_alternative<T identify_body::*>(target()->member);
  }

  /// Takes a value no field can hold.
  [[nodiscard]] bool skip() const {
    return depth_ > 0 && target() == nullptr;
  }

  template <class T>
  bool set(T value) {
    if (!is_field<T>())
      return skip();
    body_.*std::get<T identify_body::*>(target()->member) = std::move(value);
    return true;
  }

  identify_body& body_;
  const field* field_ = nullptr;
  int depth_ = 0;
};

} // namespace

std::optional<identify_body> decode_identify(std::string_view json) {
  const auto text = strict_json(json);
  if (!text)
    return std::nullopt;
  identify_body result;
  decoder events{result};
  if (!nlohmann::json::sax_parse(*text, &events))
    return std::nullopt;
  return result;
}

} // namespace cafq::protocol
