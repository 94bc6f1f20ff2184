#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace cafq::http {

/// An answer, before it is bytes.
struct response {
  enum class type : uint8_t { none, text, json, html, other };

  int status = 200;
  /// Only needed where it is not what the status is usually called.
  std::string_view reason{};
  /// Whether it comes from one of nsqd's V1 endpoints, which say so.
  bool v1 = true;
  type kind = type::none;
  /// For `type::other`.
  std::string_view content_type{};
  /// The value of Allow, empty for none.
  std::string allow;
  /// Whether it asks for a secret.
  bool challenge = false;
  /// The value of Location, empty for none.
  std::string location;
  std::string body;
  /// Instead of `body`, for what is long and was made elsewhere.
  std::shared_ptr<const std::string> shared_body;
  /// The same for what lasts as long as the process.
  std::string_view static_body{};
  /// Further lines of the head, each with its end.
  std::string_view more_headers{};
  /// The value of ETag, empty for none.
  std::string_view tag{};
  /// Whether the connection ends behind it.
  bool close = false;
  /// Whether more and more of it comes, until the connection ends.
  bool endless = false;
  /// Whether it comes in chunks, which say where it ends.
  bool chunked = false;
  /// As Go answers what is no request: with few headers, in plain text.
  bool raw = false;

  [[nodiscard]] std::string_view content() const noexcept {
    if (shared_body)
      return *shared_body;
    return body.empty() ? static_body : std::string_view{body};
  }
};

/// `200 OK` without a body.
[[nodiscard]] response empty_ok();

/// `200 OK` with a text. It is said to be plain text.
[[nodiscard]] response text_ok(std::string text);

/// `200 OK` with JSON.
[[nodiscard]] response json_ok(std::string json);

/// The error `token` in nsqd's JSON.
[[nodiscard]] response failure(int status, std::string_view token);

/// The error of a request that shows no secret, or a wrong one.
[[nodiscard]] response unauthorized(std::string_view token);

/// The answer to everything where only HTTPS is allowed.
/// @param https_port 0 if there is none.
[[nodiscard]] response tls_required(int https_port);

/// What Go answers to what is not a request, and then closes.
[[nodiscard]] response
refusal(int status, std::string_view reason = {}, std::string_view body = {});

/// How the connection that carries a response stands.
struct response_context {
  /// The request's.
  int minor = 1;
  bool keep_alive = true;
  /// HEAD: the body is counted but not sent.
  bool head_only = false;
  /// The Date header's value.
  std::string_view date;
};

/// Returns the head of a response as bytes, in the order of Go's headers.
[[nodiscard]] std::string
render_head(const response& x, const response_context& how);

/// Returns a time as the Date header writes it.
[[nodiscard]] std::string http_date(int64_t unix_time);

/// Returns what a status is called.
[[nodiscard]] std::string_view status_text(int status) noexcept;

} // namespace cafq::http
