#pragma once

#include "net/protocol/command_name.hpp"
#include "net/protocol/violation.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace cafq {

/// What a client still has to be told, in the order of its commands. Topics and
/// channels answer in any order; the frames leave in the order of the slots.
class response_slots {
public:
  using ticket = uint32_t;

  /// Starts a new group of commands that one actor message will answer.
  /// @returns its ticket, never 0.
  ticket new_ticket() noexcept {
    if (++last_ticket_ == 0)
      ++last_ticket_;
    return last_ticket_;
  }

  /// A command waits for the answer to `t`.
  void wait(ticket t, protocol::command_name name);

  /// A command is answered already, by these bytes.
  void answer(std::string frames);

  /// A command ends the connection, with an error frame if it has a text.
  void fail(const protocol::violation& why);

  /// All commands that wait for `t` are answered by OK.
  void resolve(ticket t);

  /// All commands that wait for `t` are answered by these bytes, maybe none.
  void resolve(ticket t, std::string_view frames);

  /// The command that waits for `t` failed.
  void fail(ticket t, const protocol::violation& x);

  /// All publishes that wait for `t` failed, which ends the connection.
  void refuse(ticket t, std::string_view reason);

  /// Appends the frames of the finished slots in front to `out`.
  /// @returns false if the connection is to be closed behind them.
  [[nodiscard]] bool drain(std::vector<char>& out);

  [[nodiscard]] bool empty() const noexcept {
    return slots_.empty();
  }

  [[nodiscard]] size_t size() const noexcept {
    return slots_.size();
  }

  /// Returns the bytes of memory that the slots take.
  [[nodiscard]] size_t bytes() const noexcept {
    return bytes_;
  }

  /// Whether the bytes are those of all slots, and one without a ticket is
  /// answered: for tests.
  [[nodiscard]] bool invariant() const;

private:
  struct slot {
    /// 0 for a command that was answered at once.
    ticket waits_for = 0;
    /// How many like commands in a row share the slot.
    uint32_t count = 1;
    protocol::command_name name{};
    bool done = false;
    bool fatal = false;
    /// Empty: OK, once per command.
    std::string frames;
    bool has_frames = false;

    [[nodiscard]] size_t bytes() const noexcept {
      return sizeof(slot) + frames.size();
    }
  };

  void add(slot x);
  void finish(slot& x, std::string_view frames);

  std::deque<slot> slots_;
  size_t bytes_ = 0;
  ticket last_ticket_ = 0;
};

} // namespace cafq
