#pragma once

#include "net/protocol/input_buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace cafq::transport {

/// What one step of decoding came to.
enum class step : uint8_t {
  /// Something was done, and there may be more to do.
  more,
  /// Nothing to do before more bytes come.
  hungry,
  /// The peer has said that no more comes. Stays so.
  ended,
  /// What came cannot be decoded. Stays so.
  failed,
};

/// One layer between socket and parser: turns the bytes of the wire into those
/// of the protocol and back. Knows nothing of sockets, actors or time.
///
///   wire --receive--> plain          plain --send--> wire
class filter {
public:
  /// The most bytes that one step of `receive` appends, whatever it is fed.
  static constexpr size_t largest_step = 65536;

  filter() = default;
  filter(const filter&) = delete;
  filter(filter&&) = delete;
  filter& operator=(const filter&) = delete;
  filter& operator=(filter&&) = delete;
  virtual ~filter() = default;

  /// Decodes a piece of `wire` to the end of `plain`.
  /// @param reply Where to append what the peer is to be sent at once.
  virtual step receive(protocol::input_buffer& wire, std::vector<char>& plain,
                       std::vector<char>& reply)
    = 0;

  /// Appends all of `plain` in a form that the peer can decode right away.
  /// @returns false if nothing can be sent any more.
  [[nodiscard]] virtual bool
  send(std::string_view plain, std::vector<char>& wire)
    = 0;

  /// Returns how many bytes `send` should be given at most: it takes long for
  /// more, and others wait.
  [[nodiscard]] virtual size_t most_at_once() const noexcept {
    return std::numeric_limits<size_t>::max();
  }

  /// Appends whatever tells the peer that nothing more comes.
  virtual void close(std::vector<char>& wire);

  /// Says why the filter failed.
  [[nodiscard]] const std::string& error() const noexcept {
    return error_;
  }

protected:
  /// Fails for good.
  step fail(std::string why);

private:
  std::string error_;
};

} // namespace cafq::transport
