#include "tools/cafq/http_client.hpp"

#include "tools/cafq/error.hpp"
#include "tools/cafq/socket_io.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <limits>

#include <nlohmann/json.hpp>

namespace cafq::tool {

namespace beast_http = boost::beast::http;

namespace {

using response_parser = beast_http::response_parser<beast_http::string_body>;

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
void parse(response_parser& parser, std::string& input) {
  boost::system::error_code why;
  const auto used = parser.put(boost::asio::buffer(input), why);
  input.erase(0, used);
  if (why && why != beast_http::error::need_more)
    fail(why);
}

http_reply read_reply(int fd) {
  response_parser parser;
  parser.eager(true);
  parser.body_limit(std::numeric_limits<std::uint64_t>::max());
  std::string input;
  while (!parser.is_done()) {
    if (!receive(fd, input)) {
      boost::system::error_code why;
      parser.put_eof(why);
      if (why)
        fail(why);
      break;
    }
    parse(parser, input);
  }
  auto& answer = parser.get();
  return {answer.result_int(), std::move(answer.body())};
}

} // namespace

http_reply http_request(const endpoint& where, std::string_view method,
                        std::string_view target) {
  const auto fd = connect_to(where);
  std::string request{method};
  request.append(" ").append(target).append(" HTTP/1.1\r\nHost: ");
  if (where.port.empty())
    request += "localhost";
  else
    request.append(where.host).append(":").append(where.port);
  request += "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  send_all(fd.get(), request);
  return read_reply(fd.get());
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
