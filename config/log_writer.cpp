#include "config/log_writer.hpp"

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace cafq::log {

namespace {

/// How long a clean end waits for a reader that takes nothing.
constexpr auto patience = std::chrono::seconds{2};

/// @returns whether all of it was written.
bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      // Somebody who has the same file made it so.
      pollfd ready{descriptor, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

} // namespace

struct log_writer::state {
  struct entry {
    std::string text;
    /// How many dropped lines it tells about.
    uint64_t tells = 0;

    [[nodiscard]] size_t bytes() const noexcept {
      return sizeof(entry) + text.size();
    }
  };

  int descriptor;
  size_t capacity;
  std::function<std::string(uint64_t)> notice;

  std::mutex mutex;
  std::condition_variable added;
  std::condition_variable gone;
  std::deque<entry> entries;
  size_t bytes = 0;
  bool ending = false;
  bool given_up = false;
  /// Entries that came and those that went.
  uint64_t in = 0;
  uint64_t out = 0;
  uint64_t dropped = 0;
  /// Those that no line has told about.
  uint64_t untold = 0;

  void push(entry x) {
    bytes += x.bytes();
    entries.push_back(std::move(x));
    ++in;
    added.notify_one();
  }

  void tell() {
    if (untold == 0)
      return;
    auto line = notice(untold);
    push({std::move(line), std::exchange(untold, 0)});
  }

  void add(std::string line) {
    const std::lock_guard lock{mutex};
    if (bytes + line.size() > capacity) {
      ++dropped;
      ++untold;
      return;
    }
    tell();
    push({std::move(line)});
  }

  void lose(const entry& x) noexcept {
    dropped += x.tells > 0 ? 0 : 1;
    untold += x.tells > 0 ? x.tells : 1;
  }

  void run() {
    std::unique_lock lock{mutex};
    for (;;) {
      added.wait(lock, [this] { return !entries.empty() || ending; });
      if (entries.empty())
        return;
      // It stays where it is, and counts, until it is written.
      const auto& x = entries.front();
      lock.unlock();
      const auto written = write_all(descriptor, x.text);
      lock.lock();
      if (given_up)
        return; // whose descriptor this is now, nobody knows
      if (!written)
        lose(x);
      bytes -= x.bytes();
      entries.pop_front();
      ++out;
      // What cannot be written is told about when more comes.
      if (written && entries.empty())
        tell();
      gone.notify_all();
    }
  }
};

log_writer::log_writer(int descriptor, size_t capacity,
                       std::function<std::string(uint64_t)> notice)
  : state_(std::make_shared<state>()) {
  state_->descriptor = descriptor;
  state_->capacity = capacity;
  state_->notice = std::move(notice);
  // A write may never return, so nobody waits for its end.
  std::thread{[x = state_] {
    x->run();
  }}.detach();
}

log_writer::~log_writer() {
  std::unique_lock lock{state_->mutex};
  const auto target = state_->in;
  auto& out = state_->out;
  while (out < target && !state_->given_up) {
    const auto before = out;
    state_->given_up = !state_->gone.wait_for(lock, patience,
                                              [&] { return out > before; });
  }
  state_->ending = true;
  state_->added.notify_one();
}

void log_writer::add(std::string line) {
  state_->add(std::move(line));
}

bool log_writer::add_and_wait(std::string line,
                              std::chrono::milliseconds time) {
  std::unique_lock lock{state_->mutex};
  state_->tell();
  state_->push({std::move(line)});
  const auto target = state_->in;
  return state_->gone.wait_for(lock, time,
                               [&] { return state_->out >= target; });
}

uint64_t log_writer::dropped() const {
  const std::lock_guard lock{state_->mutex};
  return state_->dropped;
}

} // namespace cafq::log
