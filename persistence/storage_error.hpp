#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

namespace cafq {

/// What an actor has to do about a failing store.
enum class storage_failure {
  /// No room now. What was staged stays so; try again, reads go on.
  full,

  /// Nothing more may be acknowledged: stop, say why, exit.
  fatal,

  /// The data path or its files are not ours to use. They are untouched.
  refused,
};

/// The only exception that leaves persistence/.
class storage_error : public std::runtime_error {
public:
  storage_error(storage_failure kind, const std::string& text)
    : std::runtime_error(text), kind_(kind) {
    // nop
  }

  [[nodiscard]] storage_failure kind() const noexcept {
    return kind_;
  }

private:
  storage_failure kind_;
};

/// Throws a `refused` that names the file.
[[noreturn]] inline void
refuse(const std::filesystem::path& file, const std::string& why) {
  throw storage_error{storage_failure::refused, file.string() + ": " + why};
}

} // namespace cafq
