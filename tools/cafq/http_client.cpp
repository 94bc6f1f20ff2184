#include "tools/cafq/http_client.hpp"

#include "tools/cafq/error.hpp"
#include "tools/cafq/socket_io.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

namespace cafq::tool {

namespace beast_http = boost::beast::http;

namespace {

template <class Body>
using parser_of = beast_http::response_parser<Body>;

constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();

/// Appends what has arrived to `to`.
/// @returns false at the end.
bool receive(int fd, std::string& to) {
  std::array<char, 65536> buffer{};
  const auto n = receive_some(fd, buffer).value_or(0);
  to.append(buffer.data(), n);
  return n > 0;
}

[[noreturn]] void fail(const boost::system::error_code& why) {
  throw error("the broker's answer is no HTTP: " + why.message());
}

/// Parses what it can and keeps the rest.
template <class Body>
void parse(parser_of<Body>& parser, std::string& input) {
  boost::system::error_code why;
  const auto used = parser.put(boost::asio::buffer(input), why);
  input.erase(0, used);
  if (why && why != beast_http::error::need_more
      && why != beast_http::error::need_buffer)
    fail(why);
}

/// Reads a head, and the body where that fits into memory.
template <class Body, class Done>
void read(int fd, parser_of<Body>& parser, std::string& input, Done done) {
  for (parse(parser, input); !done(); parse(parser, input))
    if (!receive(fd, input)) {
      boost::system::error_code why;
      parser.put_eof(why);
      if (why)
        fail(why);
      break;
    }
}

http_reply read_reply(int fd) {
  parser_of<beast_http::string_body> parser;
  parser.eager(true);
  parser.body_limit(unlimited);
  std::string input;
  read(fd, parser, input, [&] { return parser.is_done(); });
  auto& answer = parser.get();
  return {answer.result_int(), std::move(answer.body())};
}

unique_fd send_request(const endpoint& where, std::string_view method,
                       std::string_view target) {
  auto fd = connect_to(where);
  std::string request{method};
  request.append(" ").append(target).append(" HTTP/1.1\r\nHost: ");
  if (where.port.empty())
    request += "localhost";
  else
    request.append(where.host).append(":").append(where.port);
  request += "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  send_all(fd.get(), request);
  return fd;
}

/// Hands on a body piece by piece.
void read_body(int fd, parser_of<beast_http::buffer_body>& parser,
               std::string& input,
               const std::function<void(std::string_view)>& to) {
  std::string why;
  auto on_chunk = [&why](std::uint64_t, boost::beast::string_view x,
                         boost::system::error_code&) {
    constexpr std::string_view before = ";error=\"";
    const std::string_view extension{x.data(), x.size()};
    if (extension.starts_with(before))
      why = extension.substr(before.size(),
                             extension.size() - before.size() - 1);
  };
  parser.on_chunk_header(on_chunk);
  std::array<char, 65536> piece{};
  for (;;) {
    auto& body = parser.get().body();
    body.data = piece.data();
    body.size = piece.size();
    const auto before = input.size();
    parse(parser, input);
    const auto got = piece.size() - body.size;
    to({piece.data(), got});
    if (parser.is_done())
      return;
    if (got == 0 && input.size() == before && !receive(fd, input))
      throw error(why.empty() ? "the broker broke off"
                              : "the broker broke off: " + why);
  }
}

} // namespace

http_reply http_request(const endpoint& where, std::string_view method,
                        std::string_view target) {
  const auto fd = send_request(where, method, target);
  return read_reply(fd.get());
}

void http_download(const std::string& address, std::string_view method,
                   std::string_view target,
                   const std::function<void(std::string_view)>& to) {
  const auto fd = send_request(parse_endpoint(address), method, target);
  parser_of<beast_http::empty_body> head;
  head.body_limit(unlimited);
  std::string input;
  read(fd.get(), head, input, [&] { return head.is_header_done(); });
  if (head.get().result_int() == 200) {
    parser_of<beast_http::buffer_body> body{std::move(head)};
    body.get().body().more = true;
    read_body(fd.get(), body, input, to);
    return;
  }
  parser_of<beast_http::string_body> rest{std::move(head)};
  read(fd.get(), rest, input, [&] { return rest.is_done(); });
  throw error(
    "the broker answered "
    + reason({rest.get().result_int(), std::move(rest.get().body())}));
}

std::string reason(const http_reply& reply) {
  const auto answer = nlohmann::json::parse(reply.body, nullptr, false);
  if (answer.is_object() && answer.contains("message")
      && answer["message"].is_string())
    return answer["message"].get<std::string>();
  return std::to_string(reply.status);
}

std::string http_fetch(const std::string& address, std::string_view method,
                       std::string_view target) {
  auto reply = http_request(parse_endpoint(address), method, target);
  if (reply.status != 200)
    throw error("the broker answered " + reason(reply));
  return std::move(reply.body);
}

} // namespace cafq::tool
