#pragma once

#include "net/protocol/input_buffer.hpp"
#include "net/transport/filter.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cafq::transport {

/// The filters of one connection, compression inside TLS, with the bytes on
/// their way through them. Its memory is bounded: it decodes a piece at a time
/// and only when asked to.
///
///   socket --feed--> TLS --> compression --receive--> parser
///   socket <-output- TLS <-- compression <---send---- frames
class stack {
public:
  /// About how many bytes `receive` gives at a time; never twice as many.
  static constexpr size_t piece_size = filter::largest_step;

  /// Puts a filter between those there are and the parser.
  /// @param rest Bytes that came from the filters below and are for this one.
  void push(std::unique_ptr<filter> x, std::string_view rest);

  // -- receiving --------------------------------------------------------------

  /// Adds bytes of the wire. They must stay where they are until `receive`
  /// answers that it is hungry, or `stash` is called.
  void feed(std::string_view wire);

  /// Copies what was fed and not looked at.
  void stash();

  /// Decodes the next piece, which `plain` then gives. It is not empty if the
  /// answer is `more`.
  [[nodiscard]] step receive();

  /// The last piece; valid until the next call of a non-const member.
  [[nodiscard]] std::string_view plain() const noexcept {
    return {plain_.data(), plain_.size()};
  }

  /// Says what failed.
  [[nodiscard]] const std::string& error() const noexcept;

  // -- sending ----------------------------------------------------------------

  /// Encodes frames to the end of `output`.
  /// @returns false if the connection is broken.
  [[nodiscard]] bool send(std::string_view frames);

  /// Tells the peer that no more comes; what is sent later is dropped.
  void close();

  /// What the socket is to be sent, for the caller to take away.
  [[nodiscard]] std::vector<char>& output() noexcept {
    return output_;
  }

  /// Returns how many bytes `send` should be given at most.
  [[nodiscard]] size_t most_at_once() const noexcept;

  // -- memory -----------------------------------------------------------------

  /// Gives back memory that a burst needed.
  void shrink();

  /// Returns the bytes of memory that what is on its way takes; the filters
  /// themselves have theirs.
  [[nodiscard]] size_t held() const noexcept;

private:
  struct layer {
    std::unique_ptr<filter> codec;
    protocol::input_buffer input;
  };

  step receive_at(size_t level, std::vector<char>& plain);

  /// From the socket to the parser.
  std::vector<layer> layers_;
  /// Decoded by the first of two filters, being decoded by the second.
  std::vector<char> between_;
  std::vector<char> plain_;
  std::vector<char> output_;
  bool closed_ = false;
};

} // namespace cafq::transport
