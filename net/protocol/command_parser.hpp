#pragma once

#include "net/protocol/command.hpp"
#include "net/protocol/command_name.hpp"
#include "net/protocol/input_buffer.hpp"
#include "net/protocol/limits.hpp"
#include "net/protocol/mpub_body.hpp"
#include "net/protocol/session.hpp"
#include "net/protocol/violation.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace cafq::protocol {

/// The parser wants more bytes before it can say anything.
struct need_more {};

using parse_result = std::variant<need_more, command, violation>;

/// Turns what a client sends behind the magic into commands, exactly as nsqd
/// 1.3.0 does: every check at the first byte that decides it. Knows nothing of
/// sockets, actors or time.
///
///           line with body              size bad
///   line ------------------> body, mpub ---------> dead
///    ^ |  \                     |                   ^
///    +-+   ------ line bad -----|-------------------+
///    ^                          |
///    +---- body complete -------+
///
/// A dead parser drops its input and answers need_more for ever. Views in
/// commands die at the next call of a non-const member.
class command_parser {
public:
  /// Keeps both references. The owner tells the session about each accepted
  /// SUB and each CLS before it asks for the next command.
  command_parser(const limits& limits, session& session) noexcept;

  // -- input ------------------------------------------------------------------

  /// Adds received bytes. They must stay where they are until next() answers
  /// need_more or stash(), discard() or feed() is called.
  void feed(std::string_view bytes);

  /// Copies what is not consumed yet, for an owner that stops asking for
  /// commands while the bytes it has fed go away.
  void stash();

  /// Gets memory for all of the command that is being read, instead of more and
  /// more as it comes.
  /// @pre expected() > 0
  void reserve() {
    input_.reserve(wanted_);
  }

  /// Drops all input, as nsqd does when the transport is upgraded.
  /// @pre The parser is between two commands.
  void discard() noexcept;

  /// Drops all input and whatever is fed from here on: the client was refused.
  void end() noexcept {
    stage_ = stage::dead;
    input_.discard();
  }

  /// Gives all input back, for a transport that it turned out to be for.
  /// @pre The parser is between two commands.
  [[nodiscard]] std::string take_input();

  // -- output -----------------------------------------------------------------

  /// Returns the next complete command, or why there is none. When it answers
  /// need_more, nothing is left in the bytes that were fed.
  [[nodiscard]] parse_result next();

  /// The input has ended or the read deadline has passed.
  /// @returns What nsqd says then: nothing unless a body was being read.
  /// @pre next() answered need_more.
  [[nodiscard]] std::optional<violation> end_of_input();

  // -- observers --------------------------------------------------------------

  /// Whether there are bytes that belong to no command given out so far; be it
  /// only the beginning of one.
  [[nodiscard]] bool has_input() const noexcept {
    return !input_.empty();
  }

  /// How many bytes the command that is being read is going to have, as far as
  /// it says; 0 before it does.
  [[nodiscard]] size_t expected() const noexcept {
    const auto known = stage_ == stage::body || stage_ == stage::mpub;
    return known ? wanted_ : 0;
  }

  /// How many bytes it was fed.
  [[nodiscard]] uint64_t fed() const noexcept {
    return fed_;
  }

  /// The bytes of memory it holds.
  [[nodiscard]] size_t buffered() const noexcept {
    return input_.capacity();
  }

private:
  enum class stage : uint8_t { line, body, mpub, dead };

  parse_result step(std::string_view window);
  parse_result read_line(std::string_view window);
  parse_result read_body(std::string_view window);
  parse_result read_mpub(std::string_view window);
  parse_result fail(violation what);
  void finish(size_t command_size) noexcept;
  [[nodiscard]] std::string_view topic(std::string_view window) const noexcept;
  [[nodiscard]] command
  with_body(std::string_view window, std::string_view body) const noexcept;

  const limits& limits_;
  session& session_;
  input_buffer input_;
  stage stage_ = stage::line;
  uint64_t fed_ = 0;

  // The command being read. Offsets count from its first byte, because the
  // bytes move.

  command_name name_ = command_name::nop;
  /// How much of the line is known to hold no newline.
  size_t scanned_ = 0;
  /// How many bytes must be there before the next step.
  size_t wanted_ = 0;
  size_t line_size_ = 0;
  size_t topic_at_ = 0;
  size_t topic_size_ = 0;
  std::chrono::nanoseconds delay_{0};
  mpub_body mpub_;
};

} // namespace cafq::protocol
