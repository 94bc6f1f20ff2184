#include "persistence/store_copy.hpp"

#include "persistence/storage_error.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

namespace cafq {

store_copy::store_copy(lmdb::env& of) : of_(of), pages_(of.pages()) {
  // A pair of sockets, which can be shut while somebody writes to one.
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw storage_error{storage_failure::full, std::strerror(errno)};
  from_ = ends[0];
  try {
    maker_ = std::thread{[this, to = ends[1]] {
      run(to);
    }};
  } catch (const std::system_error& x) {
    ::close(ends[0]);
    ::close(ends[1]);
    throw storage_error{storage_failure::full, x.what()};
  }
}

store_copy::~store_copy() {
  cancel("nobody wants it any more");
  ::close(from_);
}

std::string store_copy::read(size_t most) {
  std::string result(most, '\0');
  ssize_t size = 0;
  do
    size = ::recv(from_, result.data(), result.size(), 0);
  while (size < 0 && errno == EINTR);
  const std::lock_guard guard{lock_};
  if (!why_.empty())
    throw storage_error{storage_failure::refused, why_};
  if (size < 0)
    throw storage_error{storage_failure::refused, std::strerror(errno)};
  result.resize(static_cast<size_t>(size));
  return result;
}

void store_copy::cancel(const std::string& why) {
  std::thread ending;
  {
    const std::lock_guard guard{lock_};
    ending = std::move(maker_);
    if (ending.joinable() && why_.empty())
      why_ = why;
  }
  if (!ending.joinable())
    return;
  ::shutdown(from_, SHUT_RDWR);
  ending.join();
}

uint64_t store_copy::growth() const {
  const auto now = of_.pages();
  return now > pages_ ? (now - pages_) * of_.page_size() : 0;
}

/// The thread that makes it. Behind it, the other end reads on until all has
/// been read.
void store_copy::run(int to) {
  try {
    of_.copy(to);
  } catch (const lmdb::error& x) {
    const std::lock_guard guard{lock_};
    if (why_.empty())
      why_ = x.what();
  }
  ::close(to);
}

} // namespace cafq
