#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

/// The few socket calls that CAF does not make for us, or not safely: its
/// address functions abort on Unix sockets.
namespace cafq::net {

/// A socket that could not be set up; `what` is the reason alone.
class socket_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Takes `host:port` apart; an IPv6 host stands in brackets.
/// @throws socket_error without a port.
[[nodiscard]] std::pair<std::string, std::string>
split_address(const std::string& address);

/// Closes a descriptor unless released.
class descriptor {
public:
  explicit descriptor(int fd) noexcept : fd_(fd) {
    // nop
  }

  descriptor(descriptor&& other) noexcept : fd_(other.release()) {
    // nop
  }

  descriptor& operator=(descriptor&&) = delete;

  ~descriptor() {
    if (fd_ >= 0)
      ::close(fd_);
  }

  [[nodiscard]] int get() const noexcept {
    return fd_;
  }

  [[nodiscard]] int release() noexcept {
    return std::exchange(fd_, -1);
  }

private:
  int fd_;
};

/// Opens a listening socket. As Go does, `0.0.0.0` and an empty host listen on
/// IPv6 as well where there is any.
/// @param address `host:port`, where port 0 picks a free one, or the path of a
///   Unix socket.
/// @throws socket_error
[[nodiscard]] int listen_on(const std::string& address);

/// Returns `host:port` of the socket's own end, or its path.
[[nodiscard]] std::string local_address(int fd);

/// The other end of a socket.
struct remote_end {
  /// `host:port`; the path of a Unix socket, which is `@` for most clients and
  /// whatever its owner likes for others.
  std::string address;
  /// Empty on a Unix socket, whatever its path looks like.
  std::string ip;
};

[[nodiscard]] remote_end remote_end_of(int fd);

/// Sends what the socket takes without waiting.
/// @returns how many bytes, or -1 if the connection is broken.
[[nodiscard]] long send_some(int fd, std::string_view bytes) noexcept;

/// Has what arrived so far acknowledged now. The kernel waits up to 40 ms for
/// something to send along, and a client that leaves Nagle's algorithm on keeps
/// its next bytes back for so long.
void acknowledge(int fd) noexcept;

/// Asks a TCP connection that is silent whether it is still there, every 15 s
/// as Go does; it ends when nobody answers for a while.
void keep_alive(int fd) noexcept;

/// Returns what has arrived, up to 4 KB, empty if nothing has.
[[nodiscard]] std::string receive_some(int fd);

/// Closes a descriptor; -1 is none.
void close_socket(int fd) noexcept;

/// Ends both directions at once; nothing more is sent or received.
void abort_connection(int fd) noexcept;

/// Tells the other end that nothing more comes; it can still send.
void end_output(int fd) noexcept;

/// Makes a second descriptor for the same socket.
/// @returns -1 if there is none to be had.
[[nodiscard]] int duplicate(int fd) noexcept;

/// Raises the limit of open files as far as allowed.
/// @returns the limit then.
size_t raise_file_limit() noexcept;

} // namespace cafq::net
