#include "tools/cafq/endpoint.hpp"

#include "tools/cafq/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace cafq::tool {

namespace {

unique_fd connect_to_path(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path))
    throw error("too long for the path of a socket: " + path);
  std::copy(path.begin(), path.end(), address.sun_path);
  unique_fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (fd.get() < 0
      || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address),
                   sizeof(address))
           != 0)
    throw error("cannot connect to " + path + ": " + std::strerror(errno));
  return fd;
}

} // namespace

endpoint parse_endpoint(std::string_view text) {
  if (text.find('/') != text.npos)
    return {std::string{text}, {}};
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == text.size())
    throw error("not host:port: " + std::string{text});
  auto host = text.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  if (host.empty())
    host = "127.0.0.1";
  return {std::string{host}, std::string{text.substr(colon + 1)}};
}

unique_fd connect_to(const endpoint& where) {
  if (where.port.empty())
    return connect_to_path(where.host);
  const auto name = where.host + ":" + where.port;
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const auto rc = ::getaddrinfo(where.host.c_str(), where.port.c_str(),
                                    &hints, &found);
      rc != 0)
    throw error("cannot resolve " + name + ": " + ::gai_strerror(rc));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list{
    found, ::freeaddrinfo};
  int reason = 0;
  for (const auto* at = found; at != nullptr; at = at->ai_next) {
    unique_fd fd{
      ::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol)};
    if (fd.get() >= 0
        && ::connect(fd.get(), at->ai_addr, at->ai_addrlen) == 0) {
      const int on = 1;
      ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      return fd;
    }
    reason = errno;
  }
  throw error("cannot connect to " + name + ": " + std::strerror(reason));
}

} // namespace cafq::tool
