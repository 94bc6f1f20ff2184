#pragma once

#include <stdexcept>
#include <string>

namespace cafq::tool {

/// Ends a subcommand: the operator reads what() as one line.
class error : public std::runtime_error {
public:
  explicit error(const std::string& text, int exit_code = 1)
    : std::runtime_error(text), exit_code_(exit_code) {
    // nop
  }

  [[nodiscard]] int exit_code() const noexcept {
    return exit_code_;
  }

private:
  int exit_code_;
};

} // namespace cafq::tool
