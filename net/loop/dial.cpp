#include "net/loop/dial.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cafq::net {

namespace {

using std::chrono::milliseconds;

/// Threads that look for an address at a time: a name server that does not
/// answer keeps each for many seconds, whatever became of who asked.
constexpr size_t most_attempts = 128;

std::atomic<size_t> attempts{0};

/// @returns 0 or the error.
int connect_in(int fd, const addrinfo& to, milliseconds patience) {
  if (::connect(fd, to.ai_addr, to.ai_addrlen) == 0)
    return 0;
  if (errno != EINPROGRESS)
    return errno;
  pollfd waiting{fd, POLLOUT, 0};
  const auto ready = ::poll(&waiting, 1, static_cast<int>(patience.count()));
  if (ready == 0)
    return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof(error);
  if (ready < 0 || ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
    return errno;
  return error;
}

dialed
connect_to(const std::string& address, dial_type type, milliseconds patience) {
  dialed result;
  std::pair<std::string, std::string> parts;
  try {
    parts = split_address(address);
  } catch (const socket_error& ex) {
    result.error = ex.what();
    return result;
  }
  addrinfo hints{};
  hints.ai_socktype = type == dial_type::tcp ? SOCK_STREAM : SOCK_DGRAM;
  addrinfo* raw = nullptr;
  const auto& [host, port] = parts;
  if (auto rc = ::getaddrinfo(host.empty() ? nullptr : host.c_str(),
                              port.c_str(), &hints, &raw);
      rc != 0) {
    result.error = ::gai_strerror(rc);
    return result;
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> found{
    raw, &::freeaddrinfo};
  int error = EADDRNOTAVAIL;
  for (const auto* x = raw; x != nullptr; x = x->ai_next) {
    const auto fd = ::socket(x->ai_family,
                             x->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                             x->ai_protocol);
    error = fd < 0 ? errno : connect_in(fd, *x, patience);
    if (error == 0) {
      result.fd = fd;
      return result;
    }
    if (fd >= 0)
      ::close(fd);
  }
  result.error = std::generic_category().message(error);
  return result;
}

void report(int to, const dialed& x) {
  const auto text = x.fd >= 0 ? std::to_string(x.fd) + "\n"
                              : "!" + x.error + "\n";
  if (::send(to, text.data(), text.size(), MSG_NOSIGNAL) < 0 && x.fd >= 0)
    ::close(x.fd);
  ::close(to);
}

} // namespace

int dial(std::string address, dial_type type, milliseconds patience) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
                   ends.data())
      != 0)
    throw socket_error(std::generic_category().message(errno));
  if (attempts.fetch_add(1) >= most_attempts) {
    --attempts;
    report(ends[1], {-1, "too many attempts under way"});
    return ends[0];
  }
  try {
    std::thread{[address = std::move(address), type, patience, to = ends[1]] {
      const auto found = connect_to(address, type, patience);
      --attempts;
      report(to, found);
    }}.detach();
  } catch (const std::system_error& ex) {
    --attempts;
    report(ends[1], {-1, ex.what()});
  }
  return ends[0];
}

std::optional<dialed> read_dialed(std::string_view bytes) {
  if (bytes.empty() || bytes.back() != '\n')
    return std::nullopt;
  bytes.remove_suffix(1);
  dialed result;
  if (bytes.front() == '!')
    result.error = bytes.substr(1);
  else
    std::from_chars(bytes.data(), bytes.data() + bytes.size(), result.fd);
  return result;
}

} // namespace cafq::net
