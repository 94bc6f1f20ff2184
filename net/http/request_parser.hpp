#pragma once

#include "net/http/request.hpp"
#include "net/http/response.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

namespace cafq::http {

/// Turns bytes into requests, one after the other:
///
///   feed --> next: need_more ... head --> (limit_body) --> next: body
///               ^                                           |
///               +-------------------- skip -----------------+
///
/// Whoever has a `body` works on it and calls `skip` when it is done with.
/// Boost.Beast's parser does the work; it gets its bytes from a buffer here.
class request_parser {
public:
  enum class event : uint8_t {
    need_more,
    /// The head is complete, `head()` is valid.
    head,
    /// The request is complete, `body()` is valid as well.
    body,
    /// The body is longer than allowed; `body()` is what there is of it.
    body_too_big,
    /// The chunks of the body make no sense.
    bad_body,
    /// This is not a request; `refused()` says what to answer.
    bad_head,
  };

  /// The longest head, the request line included.
  static constexpr uint32_t max_head_size = uint32_t{16} * 1024;

  /// Of a body in chunks, the most that stands around them at a time: their
  /// sizes and extensions, and the fields behind the last.
  static constexpr size_t max_framing = max_head_size;

  request_parser();

  request_parser(const request_parser&) = delete;
  request_parser& operator=(const request_parser&) = delete;

  ~request_parser();

  /// Adds bytes from the socket.
  void feed(std::string_view bytes);

  /// Goes on until something happens. Past `body` and the errors it returns
  /// the same again.
  [[nodiscard]] event next();

  [[nodiscard]] const request& head() const noexcept;

  [[nodiscard]] std::string_view body() const noexcept;

  [[nodiscard]] const response& refused() const noexcept;

  /// Bounds the body of this request. To be called between `head` and `body`.
  void limit_body(uint64_t bytes);

  /// Gets memory for all of the body instead of more and more as it comes.
  void reserve_body(size_t bytes);

  /// Reads over the body of this request, up to the limit, without keeping it.
  void discard_body();

  /// Ends the request; the next one begins behind it.
  /// @pre The last event was `body`.
  void skip();

  /// Gives back the memory of the body, which nobody looks at any more.
  void drop_body();

  /// Whether a request has begun but is not complete.
  [[nodiscard]] bool within_request() const noexcept;

  /// Returns how many bytes no request has taken yet.
  [[nodiscard]] size_t buffered() const noexcept;

  /// Returns the bytes of memory that what has come takes.
  [[nodiscard]] size_t held() const noexcept;

private:
  class beast_parser;

  event
  fail(int status, std::string_view reason = {}, std::string_view body = {});

  event finish_head();

  std::unique_ptr<beast_parser> parser_;
  std::string input_;
  size_t at_ = 0;
  bool head_seen_ = false;
  bool started_ = false;
  event last_ = event::need_more;
  response refused_;
};

} // namespace cafq::http
