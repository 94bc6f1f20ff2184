#include "tools/cafq/bench/load_connection.hpp"

#include "tools/cafq/error.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace cafq::bench {

load_connection::load_connection(event_loop& loop, int fd)
  : loop_(loop), fd_(fd) {
  ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
  loop_.add(fd_, *this, EPOLLIN);
}

void load_connection::on_event(std::uint32_t events) {
  if ((events & ~std::uint32_t{EPOLLOUT}) != 0)
    receive();
  flush();
}

void load_connection::flush() {
  while (written_ < output_.size()) {
    const auto n = ::send(fd_, output_.data() + written_,
                          output_.size() - written_, MSG_NOSIGNAL);
    if (n >= 0)
      written_ += static_cast<std::size_t>(n);
    else if (errno == EAGAIN)
      break;
    else if (errno != EINTR)
      throw tool::error(std::string{"cannot send to the broker: "}
                        + std::strerror(errno));
  }
  const auto all = written_ == output_.size();
  if (all) {
    output_.clear();
    written_ = 0;
  }
  if (write_watched_ == all) {
    write_watched_ = !all;
    loop_.modify(fd_, *this, write_watched_ ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }
}

} // namespace cafq::bench
