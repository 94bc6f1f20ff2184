#include "net/loop/unix_socket.hpp"

#include "net/loop/socket.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace cafq::net {

namespace {

sockaddr_un to_address(const std::string& path) {
  sockaddr_un result{};
  result.sun_family = AF_UNIX;
  // The last byte ends the path.
  if (path.size() >= sizeof(result.sun_path))
    throw socket_error("a path of a socket may have "
                       + std::to_string(sizeof(result.sun_path) - 1)
                       + " bytes, not " + std::to_string(path.size()));
  std::copy(path.begin(), path.end(), result.sun_path);
  return result;
}

descriptor make_socket() {
  descriptor result{
    ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (result.get() < 0)
    throw socket_error(std::strerror(errno));
  return result;
}

/// Whether there is a socket at the address on which nobody listens.
bool stale(const sockaddr_un& x) {
  struct stat found {};
  if (::lstat(x.sun_path, &found) != 0 || !S_ISSOCK(found.st_mode))
    return false;
  const auto probe = make_socket();
  return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&x),
                   sizeof(x))
           != 0
         && errno == ECONNREFUSED;
}

} // namespace

bool is_socket_path(std::string_view address) noexcept {
  const auto colon = address.rfind(':');
  if (colon == address.npos || address.find('/') != address.npos)
    return true;
  // An IPv6 address without its brackets is no host.
  const auto host = address.substr(0, colon);
  return host.find(':') != host.npos
         && !(host.front() == '[' && host.back() == ']');
}

bool is_loopback(std::string_view address) noexcept {
  return is_socket_path(address) || address.starts_with("127.")
         || address.starts_with("[::1]:");
}

int listen_on_path(const std::string& path) {
  const auto address = to_address(path);
  const auto* raw = reinterpret_cast<const sockaddr*>(&address);
  auto fd = make_socket();
  auto rc = ::bind(fd.get(), raw, sizeof(address));
  if (rc != 0 && errno == EADDRINUSE) {
    if (stale(address) && ::unlink(path.c_str()) == 0)
      rc = ::bind(fd.get(), raw, sizeof(address));
    else
      errno = EADDRINUSE;
  }
  if (rc != 0 || ::listen(fd.get(), SOMAXCONN) != 0)
    throw socket_error(std::strerror(errno));
  return fd.release();
}

socket_file::socket_file(int fd) {
  const auto address = local_address(fd);
  struct stat found {};
  if (!is_socket_path(address) || ::lstat(address.c_str(), &found) != 0)
    return;
  path_ = address;
  device_ = found.st_dev;
  inode_ = found.st_ino;
}

socket_file::~socket_file() {
  struct stat found {};
  if (!path_.empty() && ::lstat(path_.c_str(), &found) == 0
      && found.st_dev == device_ && found.st_ino == inode_)
    ::unlink(path_.c_str());
}

} // namespace cafq::net
