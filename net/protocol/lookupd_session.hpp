#pragma once

#include "net/protocol/lookup_command.hpp"
#include "net/protocol/magic.hpp"
#include "net/protocol/violation.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cafq::protocol {

/// The other end of `lookup_session`: what a nsqlookupd makes of the bytes of
/// one node (protocol V1).
///
///   magic --> unknown --IDENTIFY--> known: REGISTER, UNREGISTER
///                |                    |
///                +------ PING --------+--- any violation --> ended
///
/// Knows no socket and no time. Its memory is bounded by `max_body`.
class lookupd_session {
public:
  struct need_more {};

  using result = std::variant<need_more, lookup_command, violation>;

  /// Longest command. nsqlookupd has no limit; with the longest names it takes
  /// 142 bytes.
  static constexpr size_t max_line = 4096;

  /// Longest body of IDENTIFY; likewise.
  static constexpr size_t max_body = size_t{16} * 1024;

  // -- modifiers --------------------------------------------------------------

  /// Adds bytes of the node.
  void feed(std::string_view bytes);

  /// Goes on to the next command. Behind a violation there is none.
  [[nodiscard]] result next();

  /// The node sends no more.
  /// @returns what to answer to half a command, if anything.
  [[nodiscard]] std::optional<violation> end_of_input();

  // -- observers --------------------------------------------------------------

  /// Returns the bytes of memory it takes.
  [[nodiscard]] size_t held() const noexcept {
    return input_.capacity();
  }

private:
  enum class phase : uint8_t { magic, line, body_size, body, ended };

  [[nodiscard]] std::string_view rest() const noexcept {
    return std::string_view{input_}.substr(at_);
  }

  [[nodiscard]] result read_magic();
  [[nodiscard]] result read_line();
  [[nodiscard]] result read_body_size();
  [[nodiscard]] result read_body();
  [[nodiscard]] result execute(std::string_view line);
  [[nodiscard]] result registration(std::string_view name, bool exists,
                                    std::optional<std::string_view> topic,
                                    std::optional<std::string_view> channel);
  [[nodiscard]] result fail(std::string text);

  magic_check magic_{magic_v1};
  phase phase_ = phase::magic;
  bool known_ = false;
  std::string input_;
  /// How much of it is used up.
  size_t at_ = 0;
  size_t body_size_ = 0;
};

/// Appends an answer: a 4-byte size and so many bytes.
void append_lookup_answer(std::vector<char>& out, std::string_view text);

} // namespace cafq::protocol
