// The floor: one thread with epoll that answers OK to whatever has a body, and
// does nothing else. No broker can take less CPU for a PUB on this machine.
//
//   bench_floor --tcp-address=127.0.0.1:PORT

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr std::string_view ok{"\0\0\0\x06\0\0\0\0OK", 10};
constexpr std::string_view magic = "  V2";

struct client {
  int fd = -1;
  bool greeted = false;
  std::string rest;
};

uint32_t load_size(const char* from) {
  uint32_t value = 0;
  std::memcpy(&value, from, sizeof(value));
  return __builtin_bswap32(value);
}

/// Takes the complete commands off `bytes`.
/// @returns how many there were.
size_t take_commands(std::string_view& bytes) {
  for (size_t n = 0;; ++n) {
    const auto newline = bytes.find('\n');
    if (newline == bytes.npos || bytes.size() < newline + 5)
      return n;
    const auto end = newline + 5 + load_size(bytes.data() + newline + 1);
    if (bytes.size() < end)
      return n;
    bytes.remove_prefix(end);
  }
}

/// @returns false when the client is gone.
bool serve(client& x) {
  static std::array<char, 65536> buffer;
  const auto got = ::recv(x.fd, buffer.data(), buffer.size(), 0);
  if (got <= 0)
    return false;
  std::string_view bytes{buffer.data(), static_cast<size_t>(got)};
  if (!x.rest.empty()) {
    x.rest += bytes;
    bytes = x.rest;
  }
  if (!x.greeted && bytes.size() >= magic.size()) {
    x.greeted = true;
    bytes.remove_prefix(magic.size());
  }
  std::string answers;
  for (auto n = take_commands(bytes); n > 0; --n)
    answers += ok;
  x.rest = std::string{bytes};
  return answers.empty()
         || ::send(x.fd, answers.data(), answers.size(), MSG_NOSIGNAL) > 0;
}

int listen_on(uint16_t port) {
  const auto fd = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr any{};
  static_assert(sizeof(any) == sizeof(address));
  std::memcpy(&any, &address, sizeof(any));
  if (::bind(fd, &any, sizeof(any)) != 0 || ::listen(fd, SOMAXCONN) != 0)
    return -1;
  return fd;
}

void add(int epoll, int fd, client* x) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = x;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

void accept_one(int epoll, int listener) {
  auto x = std::make_unique<client>();
  x->fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
  const int on = 1;
  ::setsockopt(x->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  add(epoll, x->fd, x.get());
  x.release(); // until serve() says that it is gone
}

[[noreturn]] void run(int listener) {
  const auto epoll = ::epoll_create1(0);
  add(epoll, listener, nullptr);
  std::array<epoll_event, 64> ready{};
  for (;;) {
    const auto n = ::epoll_wait(epoll, ready.data(), ready.size(), -1);
    for (int i = 0; i < n; ++i) {
      auto* x = static_cast<client*>(ready[static_cast<size_t>(i)].data.ptr);
      if (x == nullptr) {
        accept_one(epoll, listener);
      } else if (!serve(*x)) {
        ::close(x->fd);
        delete x;
      }
    }
  }
}

} // namespace

int main(int argc, char** argv) {
  const std::string_view address = argc == 2 ? argv[1] : "";
  const auto colon = address.rfind(':');
  if (colon == address.npos) {
    std::fputs("usage: bench_floor --tcp-address=127.0.0.1:PORT\n", stderr);
    return 2;
  }
  const auto port = std::atoi(address.data() + colon + 1);
  const auto listener = listen_on(static_cast<uint16_t>(port));
  if (listener < 0) {
    std::perror("bench_floor");
    return 1;
  }
  run(listener);
}
