#include "net/http/page.hpp"

#include <algorithm>

namespace cafq::http {

namespace {

/// What the page consists of, nothing else, from here, nowhere else.
constexpr std::string_view page_headers
  = "Cache-Control: no-cache\r\n"
    "Content-Encoding: gzip\r\n"
    "Content-Security-Policy: default-src 'none'; script-src 'self'; "
    "style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "X-Content-Type-Options: nosniff\r\n";

std::string_view page_type(std::string_view name) {
  if (name.ends_with(".js"))
    return "text/javascript; charset=utf-8";
  if (name.ends_with(".css"))
    return "text/css; charset=utf-8";
  return "text/html; charset=utf-8";
}

std::string_view to_text(std::span<const unsigned char> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace

response answer_page(const request& x, std::string_view name) {
  if (name.empty())
    name = "index.html";
  const auto files = page_files();
  const auto found = std::find_if(
    files.begin(), files.end(), [&](auto& file) { return file.name == name; });
  if (found == files.end())
    return failure(404, "NOT_FOUND");
  response result;
  result.v1 = false;
  result.tag = found->tag;
  result.more_headers = page_headers;
  if (x.has.find(found->tag) != x.has.npos) {
    result.status = 304;
    return result;
  }
  result.kind = response::type::other;
  result.content_type = page_type(name);
  result.static_body = to_text(found->bytes);
  return result;
}

} // namespace cafq::http
