#include "test/sim/runner.hpp"

#include "config/log.hpp"
#include "test/support/scratch_directory.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cafq::sim {

namespace {

/// A run takes about a second.
constexpr unsigned most_seconds = 240;

constexpr uint64_t most_memory = uint64_t{300} << 20U;

/// A run under way.
struct child {
  plan what;
  int pipe = -1;
  std::unique_ptr<test::scratch_directory> folder;
};

// -- in the child -------------------------------------------------------------

/// What goes through the pipe: a line that says how it went, then text.
void tell(int to, const std::string& text) {
  for (size_t done = 0; done < text.size();) {
    const auto n = ::write(to, text.data() + done, text.size() - done);
    if (n < 0)
      return;
    done += static_cast<size_t>(n);
  }
}

std::string line_of(const outcome& x) {
  return fmt::format("ok {} {} {} {} {} {} {}\n", x.hash, x.messages,
                     x.published, x.accepted, x.deliveries, x.restarts,
                     x.simulated.count());
}

/// For a crash: it is not said what may be called then, but it is the end
/// anyway.
const world* played = nullptr;
int told_to = -1;

void tell_of_crash(int signal) {
  std::ostringstream text;
  text << "ended by " << ::strsignal(signal) << '\n';
  played->history().print(text);
  tell(told_to, text.str());
  ::_exit(1);
}

void play_here(const child& x, size_t kept, int to) {
  world here{x.what, x.folder->path(), kept};
  played = &here;
  told_to = to;
  for (const auto signal : {SIGABRT, SIGALRM, SIGBUS, SIGFPE, SIGSEGV})
    std::signal(signal, tell_of_crash);
  try {
    tell(to, line_of(here.play()));
  } catch (const std::exception& why) {
    std::ostringstream text;
    text << why.what() << '\n';
    here.history().print(text);
    tell(to, text.str());
  }
}

[[noreturn]] void be_child(const child& x, size_t kept, int to) {
  ::alarm(most_seconds);
  // The reason of a failure is not in there.
  static std::ostream nowhere{nullptr};
  log::init(log::level::fatal, log::format::text, "", nowhere);
  try {
    play_here(x, kept, to);
  } catch (const std::exception& why) {
    tell(to, std::string{why.what()} + "\n");
  }
  ::close(to);
  ::_exit(0);
}

// -- in the parent ------------------------------------------------------------

std::string all_of(int pipe) {
  std::string result;
  std::array<char, 65536> buffer{};
  for (ssize_t n = 0; (n = ::read(pipe, buffer.data(), buffer.size())) > 0;)
    result.append(buffer.data(), static_cast<size_t>(n));
  ::close(pipe);
  return result;
}

double seconds(const timeval& x) {
  return static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_usec) / 1e6;
}

/// Starts a run.
/// @returns its process.
std::pair<pid_t, child> start(const plan& what, size_t kept) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::system_error{errno, std::system_category(), "pipe"};
  child result{what, ends[0], std::make_unique<test::scratch_directory>()};
  std::fflush(nullptr);
  const auto pid = ::fork();
  if (pid < 0)
    throw std::system_error{errno, std::system_category(), "fork"};
  if (pid == 0) {
    ::close(ends[0]);
    be_child(result, kept, ends[1]);
  }
  ::close(ends[1]);
  return {pid, std::move(result)};
}

/// Waits for the end of any run.
std::pair<plan, verdict> finish(std::map<pid_t, child>& running) {
  int status = 0;
  struct rusage used {};
  const auto pid = ::wait4(-1, &status, 0, &used);
  const auto node = running.extract(pid);
  if (node.empty())
    throw std::system_error{errno, std::system_category(), "wait"};
  verdict result;
  result.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  result.peak_bytes = static_cast<uint64_t>(used.ru_maxrss) << 10U;
  const auto text = all_of(node.mapped().pipe);
  auto& x = result.what;
  int64_t simulated = 0;
  if (std::sscanf(text.c_str(), "ok %lu %lu %zu %zu %zu %zu %ld", &x.hash,
                  &x.messages, &x.published, &x.accepted, &x.deliveries,
                  &x.restarts, &simulated)
      != 7) {
    const auto end = text.find('\n');
    result.fault = text.substr(0, end);
    result.last = end == text.npos ? "" : text.substr(end + 1);
  }
  x.simulated = queue::duration{simulated};
  if (WIFSIGNALED(status))
    result.fault = std::string{"ended by "} + ::strsignal(WTERMSIG(status));
  else if (result.fault.empty() && result.peak_bytes > most_memory)
    result.fault = fmt::format("I10: the run took {} MiB",
                               result.peak_bytes >> 20U);
  return {node.mapped().what, std::move(result)};
}

} // namespace

verdict play(const plan& what, size_t kept) {
  std::map<pid_t, child> running;
  running.insert(start(what, kept));
  return finish(running).second;
}

void play_all(size_t at_a_time,
              const std::function<std::optional<uint64_t>()>& next,
              const std::function<void(const plan&, const verdict&)>& done) {
  std::map<pid_t, child> running;
  for (auto more = true; more || !running.empty();) {
    while (more && running.size() < at_a_time) {
      const auto seed = next();
      more = seed.has_value();
      if (seed)
        running.insert(start(plan{*seed}, 0));
    }
    if (running.empty())
      return;
    const auto [what, how] = finish(running);
    done(what, how);
  }
}

plan shrink(plan what) {
  const auto without = [&](std::set<size_t> plan::*which, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      (what.*which).insert(i);
      if (play(what).fault.empty())
        (what.*which).erase(i);
    }
  };
  without(&plan::without_faults, what.faults.size());
  without(&plan::without_clients, what.clients.size());
  return what;
}

// -- tally --------------------------------------------------------------------

void tally::add(const plan& of, const verdict& x) {
  ++runs_;
  failed_ += x.fault.empty() ? 0U : 1U;
  restarts_ += x.what.restarts;
  messages_ += x.what.messages;
  accepted_ += x.what.accepted;
  deliveries_ += x.what.deliveries;
  simulated_ += std::chrono::duration<double>{x.what.simulated}.count();
  cpu_ += x.cpu_seconds;
  peak_ = std::max(peak_, x.peak_bytes);
  std::set<config::sync_mode> modes;
  for (const auto& topic : of.topics)
    modes.insert(topic.mode);
  for (const auto& y : of.faults)
    for (const auto mode : modes)
      ++faults_[static_cast<size_t>(y.kind)][static_cast<size_t>(mode)];
}

void tally::print(std::ostream& out) const {
  out << fmt::format("{} runs, {} failed: {} restarts, {} messages accepted, "
                     "{} delivered, {} between actors\n",
                     runs_, failed_, restarts_, accepted_, deliveries_,
                     messages_)
      << fmt::format("{:.2f} hours simulated, {:.0f} per hour of CPU; {:.2f} s "
                     "of CPU and at most {} MiB each\n",
                     simulated_ / 3600, cpu_ > 0 ? simulated_ / cpu_ : 0,
                     cpu_ / static_cast<double>(std::max<size_t>(runs_, 1)),
                     peak_ >> 20U)
      << fmt::format("{:<20} {:>9} {:>9} {:>9}\n", "fault", "overflow",
                     "interval", "always");
  for (size_t i = 0; i < fault_kinds; ++i)
    out << fmt::format("{:<20} {:>9} {:>9} {:>9}\n",
                       to_string(static_cast<fault_kind>(i)), faults_[i][0],
                       faults_[i][1], faults_[i][2]);
}

} // namespace cafq::sim
