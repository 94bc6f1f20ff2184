#include "net/http/response.hpp"

#include <array>
#include <ctime>
#include <utility>

#include <fmt/core.h>

namespace cafq::http {

namespace {

std::string_view type_text(const response& x) {
  switch (x.kind) {
    case response::type::none:
      return {};
    case response::type::text:
      return "text/plain; charset=utf-8";
    case response::type::json:
      return "application/json; charset=utf-8";
    case response::type::html:
      return "text/html; charset=utf-8";
    case response::type::other:
      return x.content_type;
  }
  return {};
}

void add(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

/// Go guesses the type of a text, which puts it behind the others.
bool guessed(const response& x) {
  return x.kind == response::type::text && !x.raw;
}

} // namespace

response empty_ok() {
  return {};
}

response text_ok(std::string text) {
  response result;
  result.kind = response::type::text;
  result.body = std::move(text);
  return result;
}

response json_ok(std::string json) {
  response result;
  result.kind = response::type::json;
  result.body = std::move(json);
  return result;
}

response failure(int status, std::string_view token) {
  response result;
  result.status = status;
  result.kind = response::type::json;
  result.body.append(R"({"message":")").append(token).append(R"("})");
  return result;
}

response unauthorized(std::string_view token) {
  auto result = failure(401, token);
  result.challenge = true;
  return result;
}

response tls_required(int https_port) {
  response result;
  result.status = 403;
  result.kind = response::type::json;
  result.body = fmt::format(
    R"({{"message": "TLS_REQUIRED", "https_port": {}}})", https_port);
  return result;
}

response refusal(int status, std::string_view reason, std::string_view body) {
  response result;
  result.status = status;
  result.reason = reason;
  result.kind = response::type::text;
  result.close = true;
  result.raw = true;
  if (body.empty())
    result.body = fmt::format("{} {}", status,
                              reason.empty() ? status_text(status) : reason);
  else
    result.body = body;
  return result;
}

std::string render_head(const response& x, const response_context& how) {
  std::string out;
  out.reserve(256);
  out += how.minor == 0 ? "HTTP/1.0 " : "HTTP/1.1 ";
  out += std::to_string(x.status);
  out += ' ';
  out += x.reason.empty() ? status_text(x.status) : x.reason;
  out += "\r\n";
  if (!x.allow.empty())
    add(out, "Allow", x.allow);
  if (x.kind != response::type::none && !guessed(x))
    add(out, "Content-Type", type_text(x));
  if (x.challenge)
    add(out, "Www-Authenticate", "Bearer");
  if (!x.location.empty())
    add(out, "Location", x.location);
  if (x.raw) {
    add(out, "Connection", "close");
    return out += "\r\n";
  }
  if (!x.tag.empty())
    add(out, "Etag", x.tag);
  out += x.more_headers;
  if (x.v1)
    add(out, "X-Nsq-Content-Type", "nsq; version=1.0");
  add(out, "Date", how.date);
  if (x.endless)
    add(out, "Cache-Control", "no-store");
  else if (x.chunked)
    add(out, "Transfer-Encoding", "chunked");
  else if (x.status != 304)
    add(out, "Content-Length", std::to_string(x.content().size()));
  if (guessed(x))
    add(out, "Content-Type", type_text(x));
  const auto stays = how.keep_alive && !x.close;
  if (stays && how.minor == 0)
    add(out, "Connection", "keep-alive");
  else if (!stays && how.minor == 1)
    add(out, "Connection", "close");
  return out += "\r\n";
}

std::string http_date(int64_t unix_time) {
  // strftime's names depend on the locale.
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t when = unix_time;
  std::tm x{};
  ::gmtime_r(&when, &x);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     days.at(static_cast<size_t>(x.tm_wday)), x.tm_mday,
                     months.at(static_cast<size_t>(x.tm_mon)), x.tm_year + 1900,
                     x.tm_hour, x.tm_min, x.tm_sec);
}

std::string_view status_text(int status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 301:
      return "Moved Permanently";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Request Entity Too Large";
    case 417:
      return "Expectation Failed";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

} // namespace cafq::http
