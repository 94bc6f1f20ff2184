#include "tools/cafq/bench/load_connection.hpp"

#include "tools/cafq/error.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace cafq::bench {

load_connection::load_connection(event_loop& loop, tool::connection opened)
  : loop_(loop), connection_(std::move(opened)) {
  const auto fd = connection_.fd();
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  loop_.add(fd, *this, EPOLLIN);
}

void load_connection::on_event(std::uint32_t events) {
  if ((events & ~std::uint32_t{EPOLLOUT}) != 0)
    read();
  flush();
}

void load_connection::read() {
  connection_.fill();
  now_ = clock::now();
  while (const auto input = connection_.input().next()) {
    if (input->is_heartbeat())
      queue(tool::nop);
    else
      on_frame(*input);
  }
  on_batch_end();
}

void load_connection::flush() {
  while (written_ < output_.size()) {
    const auto n = ::send(connection_.fd(), output_.data() + written_,
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
    loop_.modify(connection_.fd(), *this,
                 write_watched_ ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }
}

} // namespace cafq::bench
