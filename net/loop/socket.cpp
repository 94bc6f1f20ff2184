#include "net/loop/socket.hpp"

#include "net/loop/unix_socket.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace cafq::net {

namespace {

/// As Go does, with @ for no path at all.
std::string render_path(const sockaddr_un& x, socklen_t size) {
  const auto length = size - offsetof(sockaddr_un, sun_path);
  if (size <= offsetof(sockaddr_un, sun_path) || x.sun_path[0] == '\0')
    return "@";
  return {x.sun_path, ::strnlen(x.sun_path, length)};
}

std::string render(const sockaddr_storage& x, socklen_t size) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (x.ss_family == AF_UNIX)
    return render_path(reinterpret_cast<const sockaddr_un&>(x), size);
  if (::getnameinfo(reinterpret_cast<const sockaddr*>(&x), size, host.data(),
                    host.size(), port.data(), port.size(),
                    NI_NUMERICHOST | NI_NUMERICSERV)
      != 0)
    return "unknown";
  std::string_view name{host.data()};
  // A dual-stack socket shows IPv4 peers as ::ffff:1.2.3.4.
  if (name.substr(0, 7) == "::ffff:" && name.find('.') != name.npos)
    name.remove_prefix(7);
  auto result = std::string{name};
  if (name.find(':') != name.npos)
    result = "[" + result + "]";
  return result + ":" + port.data();
}

/// Returns the host of `host:port`, without brackets.
std::string host_of(const std::string& address) {
  auto result = address.substr(0, address.rfind(':'));
  if (result.starts_with('['))
    result = result.substr(1, result.size() - 2);
  return result;
}

/// @returns -1 with errno set on failure.
int try_listen(const addrinfo& x) {
  descriptor fd{::socket(
    x.ai_family, x.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, x.ai_protocol)};
  if (fd.get() < 0)
    return -1;
  int on = 1;
  int off = 0;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (x.ai_family == AF_INET6)
    ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
  if (::bind(fd.get(), x.ai_addr, x.ai_addrlen) != 0
      || ::listen(fd.get(), SOMAXCONN) != 0)
    return -1;
  return fd.release();
}

} // namespace

std::pair<std::string, std::string> split_address(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos)
    throw socket_error("missing port in address");
  auto host = address.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  return {host, address.substr(colon + 1)};
}

int listen_on(const std::string& address) {
  if (is_socket_path(address))
    return listen_on_path(address);
  auto [host, port] = split_address(address);
  const auto any = host.empty() || host == "0.0.0.0";
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* raw = nullptr;
  for (const auto family : {any ? AF_INET6 : AF_UNSPEC, AF_INET}) {
    hints.ai_family = family;
    const auto* node = any ? nullptr : host.c_str();
    if (auto rc = ::getaddrinfo(node, port.c_str(), &hints, &raw); rc != 0)
      throw socket_error(::gai_strerror(rc));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> found{
      raw, &::freeaddrinfo};
    for (auto* x = raw; x != nullptr; x = x->ai_next)
      if (auto fd = try_listen(*x); fd >= 0)
        return fd;
    if (errno != EAFNOSUPPORT)
      break;
  }
  throw socket_error(std::strerror(errno));
}

std::string local_address(int fd) {
  sockaddr_storage x{};
  socklen_t size = sizeof(x);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&x), &size) != 0)
    return "unknown";
  return render(x, size);
}

remote_end remote_end_of(int fd) {
  sockaddr_storage x{};
  socklen_t size = sizeof(x);
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&x), &size) != 0)
    return {"unknown", ""};
  auto address = render(x, size);
  const auto has_ip = x.ss_family == AF_INET || x.ss_family == AF_INET6;
  auto ip = has_ip ? host_of(address) : "";
  return {std::move(address), std::move(ip)};
}

long send_some(int fd, std::string_view bytes) noexcept {
  for (;;) {
    const auto n = ::send(fd, bytes.data(), bytes.size(),
                          MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0)
      return n;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
      return 0;
    if (errno != EINTR)
      return -1;
  }
}

void keep_alive(int fd) noexcept {
  const int on = 1;
  const int every = 15; // seconds
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &every, sizeof(every));
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof(every));
}

void acknowledge(int fd) noexcept {
  int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}

std::string receive_some(int fd) {
  std::array<char, 4096> bytes{};
  const auto n = ::recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
  return n > 0 ? std::string(bytes.data(), static_cast<size_t>(n)) : "";
}

void close_socket(int fd) noexcept {
  if (fd >= 0)
    ::close(fd);
}

void abort_connection(int fd) noexcept {
  ::shutdown(fd, SHUT_RDWR);
}

void end_output(int fd) noexcept {
  ::shutdown(fd, SHUT_WR);
}

int duplicate(int fd) noexcept {
  return ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

size_t raise_file_limit() noexcept {
  rlimit x{};
  if (::getrlimit(RLIMIT_NOFILE, &x) != 0)
    return 1024;
  if (x.rlim_cur < x.rlim_max) {
    auto wish = x;
    wish.rlim_cur = x.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &wish) == 0)
      x = wish;
  }
  return x.rlim_cur;
}

} // namespace cafq::net
