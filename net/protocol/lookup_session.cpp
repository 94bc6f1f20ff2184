#include "net/protocol/lookup_session.hpp"

#include "net/protocol/big_endian.hpp"
#include "net/protocol/magic.hpp"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>

namespace cafq::protocol {

namespace {

using nlohmann::json;

constexpr size_t size_bytes = 4;

/// An answer as it may stand in a log line.
std::string printable(std::string_view text) {
  constexpr size_t longest = 100;
  std::string result;
  for (const char c : text.substr(0, longest))
    result += c >= ' ' && c <= '~' ? c : '?';
  return result;
}

/// Reads what Go would into the fields of our interest: what is missing stays
/// empty, what has another type is an error.
bool parse(std::string_view text, lookup_identity& to) {
  const auto object = json::parse(text, nullptr, false);
  if (!object.is_object())
    return false;
  try {
    to.broadcast_address = object.value("broadcast_address", "");
    to.hostname = object.value("hostname", "");
    to.version = object.value("version", "");
    to.tcp_port = object.value("tcp_port", int64_t{0});
    to.http_port = object.value("http_port", int64_t{0});
  } catch (const json::exception&) {
    return false;
  }
  return true;
}

/// Whether a text is a host name or an IPv4 address. It becomes a part of a
/// URL, where a slash, an @ or a # would lead somewhere else.
bool is_host(std::string_view text) {
  constexpr size_t longest = 253;
  return !text.empty() && text.size() <= longest
         && std::all_of(text.begin(), text.end(), [](char c) {
              return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                     || (c >= '0' && c <= '9') || c == '.' || c == '-'
                     || c == '_';
            });
}

bool is_ipv6(const std::string& text) {
  in6_addr ignored{};
  // inet_pton sees what stands before a NUL.
  return text.find('\0') == text.npos
         && ::inet_pton(AF_INET6, text.c_str(), &ignored) == 1;
}

/// Returns `host:port`, empty for what is no host or no port.
std::string address_of(const std::string& host, int64_t port) {
  if (port <= 0 || port > 65535)
    return {};
  const auto end = ":" + std::to_string(port);
  if (is_ipv6(host))
    return "[" + host + "]" + end;
  return is_host(host) ? host + end : std::string{};
}

} // namespace

void lookup_session::open(const lookup_identity& self) {
  *this = lookup_session{};
  const auto body = to_json(self);
  std::array<char, size_bytes> size{};
  store_big_endian(size.data(), static_cast<uint32_t>(body.size()));
  output_ = magic_v1;
  output_ += "IDENTIFY\n";
  output_.append(size.data(), size.size());
  output_ += body;
  unanswered_ = 1;
}

std::string lookup_session::received(std::string_view bytes) {
  input_ += bytes;
  size_t done = 0;
  std::string wrong;
  while (wrong.empty() && input_.size() - done >= size_bytes) {
    const auto size = load_big_endian<uint32_t>(input_.data() + done);
    if (size > max_answer) {
      wrong = "answer of " + std::to_string(size) + " bytes";
      break;
    }
    if (input_.size() - done - size_bytes < size)
      break;
    wrong = on_answer(std::string_view{input_}.substr(done + size_bytes, size));
    done += size_bytes + size;
  }
  input_.erase(0, done);
  return wrong;
}

std::string lookup_session::on_answer(std::string_view text) {
  if (unanswered_ == 0)
    return "answer without a command: " + printable(text);
  --unanswered_;
  if (!ready_) {
    if (!parse(text, peer_))
      return "bad answer to IDENTIFY: " + printable(text);
    ready_ = true;
  } else if (text.starts_with("E_")) {
    // What nsqlookupd refuses ends the connection from its side.
    ++errors_;
  }
  return {};
}

void lookup_session::announce(std::string_view topic,
                              std::string_view channel) {
  command("REGISTER ", topic, channel);
}

void lookup_session::withdraw(std::string_view topic,
                              std::string_view channel) {
  command("UNREGISTER ", topic, channel);
}

void lookup_session::ping() {
  command("PING", {}, {});
}

void lookup_session::command(std::string_view name, std::string_view topic,
                             std::string_view channel) {
  output_ += name;
  output_ += topic;
  if (!channel.empty()) {
    output_ += ' ';
    output_ += channel;
  }
  output_ += '\n';
  ++unanswered_;
}

std::string http_address_of(const lookup_identity& x) {
  return address_of(x.broadcast_address, x.http_port);
}

std::string tcp_address_of(const lookup_identity& x) {
  return address_of(x.broadcast_address, x.tcp_port);
}

} // namespace cafq::protocol
