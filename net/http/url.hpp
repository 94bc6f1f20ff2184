#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cafq::http {

/// Replaces each %XX.
/// @returns Nothing if a % is not followed by two hex digits.
[[nodiscard]] std::optional<std::string> decode_path(std::string_view text);

/// The same for a part of a query, where `+` stands for a space.
[[nodiscard]] std::optional<std::string> decode_query(std::string_view text);

/// Writes a path so that it can stand in a URL again, as Go does.
[[nodiscard]] std::string encode_path(std::string_view path);

/// Writes a value so that it can stand in a query.
[[nodiscard]] std::string encode_query(std::string_view text);

/// Returns the path without `//`, `.` and `..`. It begins with a slash, and
/// ends with one if it did.
[[nodiscard]] std::string clean_path(std::string_view path);

/// What stands behind the `?`, read as Go does: a `;` or a bad escape anywhere
/// makes all of it bad; of a key given twice the first counts.
class query {
public:
  /// @returns Nothing if the text is bad.
  [[nodiscard]] static std::optional<query> parse(std::string_view text);

  /// @returns Nothing if there is no such key, an empty text if it has no
  ///   value.
  [[nodiscard]] std::optional<std::string_view>
  find(std::string_view key) const;

  /// Returns the value of a key, empty if there is none.
  [[nodiscard]] std::string_view get(std::string_view key) const {
    return find(key).value_or(std::string_view{});
  }

  /// Returns the first key that is none of these, if there is one.
  [[nodiscard]] std::optional<std::string_view>
  other_than(std::initializer_list<std::string_view> known) const;

  /// Reads a switch: `1`, `true`, `0` and `false`; any other value is true.
  [[nodiscard]] bool flag(std::string_view key, bool otherwise) const;

private:
  std::vector<std::pair<std::string, std::string>> items_;
};

} // namespace cafq::http
