#include "net/http/request_parser.hpp"

#include "net/http/url.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>

#include <algorithm>
#include <utility>

namespace cafq::http {

namespace beast = boost::beast;

namespace {

std::string_view to_view(beast::string_view x) {
  return {x.data(), x.size()};
}

/// Cuts a buffer down to what was not consumed, rarely enough.
void compact(std::string& input, size_t& at) {
  // What a connection may hold on to while it has nothing to keep.
  constexpr size_t idle_capacity = size_t{16} * 1024;
  if (at == input.size() && input.capacity() > idle_capacity)
    std::string{}.swap(input);
  else if (at == input.size())
    input.clear();
  else if (at > input.size() / 2)
    input.erase(0, at);
  else
    return;
  at = 0;
}

/// Splits `http://host/path?query` and `/path?query`.
/// @returns false if it is neither.
bool split_target(request& x) {
  std::string_view rest = x.target;
  if (rest == "*") {
    x.path = rest;
    return true;
  }
  if (const auto scheme = rest.find("://");
      scheme != rest.npos && scheme < rest.find('/')) {
    rest.remove_prefix(scheme + 3);
    rest.remove_prefix(std::min(rest.find('/'), rest.size()));
  }
  if (rest.empty() || rest.front() != '/')
    return false;
  const auto mark = std::min(rest.find('?'), rest.size());
  if (mark < rest.size())
    x.query = rest.substr(mark + 1);
  auto path = decode_path(rest.substr(0, mark));
  if (!path)
    return false;
  x.path = std::move(*path);
  return true;
}

} // namespace

/// Keeps what Beast finds.
class request_parser::beast_parser : public beast::http::basic_parser<true> {
public:
  enum class trouble : uint8_t { none, coding, expectation, hosts };

  beast_parser() {
    header_limit(max_head_size);
    // Our own limit says why; Beast's would not. (Without any, Beast 1.74
    // refuses every Content-Length.)
    body_limit(std::numeric_limits<uint64_t>::max());
  }

  request head;
  std::string body;
  uint64_t limit = std::numeric_limits<uint64_t>::max();
  uint64_t received = 0;
  uint64_t around_chunks = 0;
  bool keep = true;
  bool too_big = false;
  trouble what = trouble::none;

protected:
  using error_code = beast::error_code;

  void on_request_impl(beast::http::verb, beast::string_view method,
                       beast::string_view target, int version,
                       error_code&) override {
    head.method = to_view(method);
    head.target = to_view(target);
    head.minor = version - 10;
  }

  void on_response_impl(int, beast::string_view, int, error_code&) override {
    // We are no client.
  }

  void on_field_impl(beast::http::field name, beast::string_view name_text,
                     beast::string_view value, error_code&) override {
    // What stands behind a chunked body comes here as well. A proxy in front
    // of us looks at the head alone.
    if (head_done_)
      return;
    switch (name) {
      case beast::http::field::host:
        if (std::exchange(head.has_host, true))
          what = trouble::hosts;
        head.host = value.to_string();
        break;
      case beast::http::field::origin:
        head.origin = value.to_string();
        break;
      case beast::http::field::transfer_encoding:
        if (!beast::iequals(value, "chunked"))
          what = trouble::coding;
        break;
      case beast::http::field::authorization:
        // The first counts, as for Go.
        if (!head.secret.empty())
          break;
        if (constexpr std::string_view scheme = "bearer ";
            value.size() > scheme.size()
            && beast::iequals(value.substr(0, scheme.size()),
                              {scheme.data(), scheme.size()}))
          head.secret = value.substr(scheme.size()).to_string();
        break;
      case beast::http::field::if_none_match:
        head.has = value.to_string();
        break;
      case beast::http::field::expect:
        if (beast::iequals(value, "100-continue"))
          head.expects_continue = true;
        else
          what = trouble::expectation;
        break;
      default:
        take_fetch_field(name_text, value);
        break;
    }
  }

  void on_header_impl(error_code&) override {
    head_done_ = true;
  }

  void
  on_body_init_impl(const boost::optional<uint64_t>&, error_code&) override {
    // The size a client tells is no reason to get memory for it.
  }

  size_t on_body_impl(beast::string_view bytes, error_code& ec) override {
    return take(bytes, ec);
  }

  /// Go's rule: what stands around the chunks may be 16 KB more than they make
  /// up for.
  void on_chunk_header_impl(uint64_t size, beast::string_view extensions,
                            error_code& ec) override {
    constexpr uint64_t enough = max_framing;
    const auto allowed = 16 + 2 * std::min(size, enough);
    around_chunks += extensions.size();
    around_chunks -= std::min(around_chunks, allowed);
    if (around_chunks > max_framing)
      ec = beast::http::error::bad_chunk_extension;
  }

  size_t on_chunk_body_impl(uint64_t, beast::string_view bytes,
                            error_code& ec) override {
    return take(bytes, ec);
  }

  void on_finish_impl(error_code&) override {
    // `is_done` tells.
  }

private:
  /// Beast has no numbers for these.
  void take_fetch_field(beast::string_view name, beast::string_view value) {
    constexpr beast::string_view prefix = "sec-fetch-";
    if (!beast::iequals(name.substr(0, prefix.size()), prefix))
      return;
    // All that fetch of Node sends, which is a program like any other. Browsers
    // send the rest as well.
    if (beast::iequals(name, "sec-fetch-mode") && beast::iequals(value, "cors"))
      return;
    head.from_browser = true;
    if (beast::iequals(name, "sec-fetch-site"))
      head.fetch_site = value.to_string();
  }

  size_t take(beast::string_view bytes, error_code& ec) {
    received += bytes.size();
    if (keep)
      body.append(bytes.data(), bytes.size());
    if (received > limit) {
      too_big = true;
      ec = beast::http::error::body_limit;
    }
    return bytes.size();
  }

  bool head_done_ = false;
};

request_parser::request_parser() : parser_(std::make_unique<beast_parser>()) {
  // nop
}

request_parser::~request_parser() = default;

void request_parser::feed(std::string_view bytes) {
  input_.append(bytes);
}

request_parser::event request_parser::next() {
  if (last_ != event::need_more && last_ != event::head)
    return last_;
  for (;;) {
    if (parser_->is_done())
      return last_ = event::body;
    if (at_ == input_.size() && !(started_ && parser_->is_header_done()))
      return last_ = event::need_more;
    started_ = true;
    beast::error_code ec;
    const auto used = parser_->put(
      boost::asio::buffer(input_.data() + at_, input_.size() - at_), ec);
    at_ += used;
    compact(input_, at_);
    if (parser_->is_header_done() && !std::exchange(head_seen_, true)) {
      if (!ec || ec == beast::http::error::need_more)
        return last_ = finish_head();
    }
    if (ec == beast::http::error::need_more) {
      // Of a body, only what stands around its chunks is left here.
      if (head_seen_ && buffered() > max_framing)
        return last_ = event::bad_body;
      return last_ = event::need_more;
    }
    if (parser_->too_big)
      return last_ = event::body_too_big;
    if (ec && head_seen_)
      return last_ = event::bad_body;
    if (ec == beast::http::error::header_limit)
      return last_ = fail(431);
    if (ec == beast::http::error::bad_version)
      return last_ = fail(505, "HTTP Version Not Supported: unsupported "
                               "protocol version");
    if (ec)
      return last_ = fail(400);
    if (used == 0 && !parser_->is_done())
      return last_ = event::need_more;
  }
}

request_parser::event request_parser::finish_head() {
  auto& head = parser_->head;
  using trouble = beast_parser::trouble;
  if (parser_->what == trouble::coding)
    return fail(501, {}, "Unsupported transfer encoding");
  if (parser_->what == trouble::hosts || !split_target(head))
    return fail(400);
  // Whoever speaks 1.0 has not heard of chunks, and servers before us may see
  // another request in them.
  if (head.minor == 0 && parser_->chunked())
    return fail(400, "Bad Request: chunks in HTTP/1.0");
  if (head.minor == 1 && !head.has_host)
    return fail(400, "Bad Request: missing required Host header");
  if (parser_->what == trouble::expectation) {
    fail(417);
    refused_.raw = false;
    refused_.v1 = false;
    refused_.kind = response::type::none;
    refused_.body.clear();
    return event::bad_head;
  }
  head.keep_alive = parser_->keep_alive();
  head.chunked = parser_->chunked();
  if (const auto size = parser_->content_length())
    head.content_length = *size;
  return event::head;
}

request_parser::event request_parser::fail(int status, std::string_view reason,
                                           std::string_view body) {
  refused_ = refusal(status, reason, body);
  return event::bad_head;
}

const request& request_parser::head() const noexcept {
  return parser_->head;
}

std::string_view request_parser::body() const noexcept {
  return parser_->body;
}

const response& request_parser::refused() const noexcept {
  return refused_;
}

void request_parser::limit_body(uint64_t bytes) {
  parser_->limit = bytes;
}

void request_parser::reserve_body(size_t bytes) {
  parser_->body.reserve(bytes);
}

void request_parser::discard_body() {
  parser_->keep = false;
}

void request_parser::skip() {
  parser_ = std::make_unique<beast_parser>();
  head_seen_ = started_ = false;
  last_ = event::need_more;
}

void request_parser::drop_body() {
  // An assignment of {} would keep the memory.
  std::string{}.swap(parser_->body);
}

bool request_parser::within_request() const noexcept {
  return (started_ || at_ < input_.size()) && last_ != event::body;
}

size_t request_parser::buffered() const noexcept {
  return input_.size() - at_;
}

size_t request_parser::held() const noexcept {
  const auto& head = parser_->head;
  return input_.capacity() + parser_->body.capacity() + head.target.capacity()
         + head.secret.capacity();
}

} // namespace cafq::http
