#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

namespace cafq::net {

/// Whether an address to listen on is the path of a Unix socket: whatever is
/// not `host:port`, as nsqd; beyond that, whatever has a slash.
[[nodiscard]] bool is_socket_path(std::string_view address) noexcept;

/// Whether only this machine reaches an address that somebody listens on: the
/// path of a socket, 127.0.0.0/8 or [::1], each with its port.
[[nodiscard]] bool is_loopback(std::string_view address) noexcept;

/// Opens a listening Unix socket. The umask decides who may connect. A socket
/// that a process left behind, which nobody answers any more, is replaced.
/// @throws socket_error
[[nodiscard]] int listen_on_path(const std::string& path);

/// Removes the file of a listening socket in the end, unless it is somebody
/// else's by then. Does nothing for TCP.
class socket_file {
public:
  /// @param fd A listening socket.
  explicit socket_file(int fd);

  socket_file(const socket_file&) = delete;
  socket_file& operator=(const socket_file&) = delete;

  ~socket_file();

private:
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

} // namespace cafq::net
