#pragma once

#include "net/loop/socket.hpp"

#include <array>
#include <cerrno>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <sys/socket.h>

namespace cafq::test {

/// A nsqlookupd on a real socket that does only what a test tells it to. It has
/// one connection at a time.
class lookupd {
public:
  // -- modifiers --------------------------------------------------------------

  /// Takes the next connection instead of the last, if one has come.
  bool accept() {
    const auto fd = ::accept4(listener_.get(), nullptr, nullptr,
                              SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
      return false;
    hang_up();
    client_ = fd;
    heard_.clear();
    return true;
  }

  /// Returns all that this connection has brought so far.
  const std::string& heard() {
    std::array<char, 65536> bytes{};
    while (client_ >= 0 && !ended_) {
      const auto n = ::recv(client_, bytes.data(), bytes.size(), 0);
      if (n < 0 && errno == EAGAIN)
        break;
      if (n > 0)
        heard_.append(bytes.data(), static_cast<size_t>(n));
      else
        ended_ = true;
    }
    return heard_;
  }

  /// Returns what it has brought since the last call.
  std::string news() {
    auto result = heard();
    heard_.clear();
    return result;
  }

  /// Whether the node has closed this connection.
  bool left() {
    heard();
    return ended_;
  }

  /// Sends an answer.
  void say(std::string_view text) {
    std::string frame{"\0\0\0", 3};
    frame += static_cast<char>(text.size());
    send(frame += text);
  }

  /// Sends bytes.
  void send(std::string_view bytes) const {
    (void)net::send_some(client_, bytes);
  }

  void hang_up() {
    net::close_socket(client_);
    client_ = -1;
    ended_ = false;
  }

  // -- observers --------------------------------------------------------------

  [[nodiscard]] const std::string& address() const noexcept {
    return address_;
  }

  /// The answer to IDENTIFY.
  /// @param http_port 0: where to ask by HTTP stays open.
  [[nodiscard]] static std::string identity(int http_port) {
    return nlohmann::json{{"broadcast_address", "look.up"},
                          {"http_port", http_port},
                          {"version", "1.3.0"}}
      .dump();
  }

  ~lookupd() {
    hang_up();
  }

  lookupd() = default;
  lookupd(const lookupd&) = delete;
  lookupd& operator=(const lookupd&) = delete;

private:
  net::descriptor listener_{net::listen_on("127.0.0.1:0")};
  std::string address_ = net::local_address(listener_.get());
  int client_ = -1;
  bool ended_ = false;
  std::string heard_;
};

} // namespace cafq::test
