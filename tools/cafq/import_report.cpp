#include "tools/cafq/import_report.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <string>

#include <unistd.h>

namespace cafq::tool {

namespace {

using namespace std::chrono_literals;

/// The clock is asked once for so many bytes.
constexpr std::uint64_t look_every = 1 << 20;

std::string label(const imported_queue& x) {
  return x.channel.empty() ? x.topic : x.topic + '/' + x.channel;
}

std::string notes(const imported_queue& x) {
  std::string result;
  const auto add = [&](const char* text) {
    if (!result.empty())
      result += ", ";
    result += text;
  };
  if (x.paused)
    add("paused");
  if (!x.listed)
    add("not in nsqd.dat");
  return result;
}

} // namespace

import_progress::import_progress(std::ostream& out)
  : out_(out),
    terminal_(::isatty(STDERR_FILENO) == 1),
    begun_(std::chrono::steady_clock::now()),
    next_(begun_ + (terminal_ ? 1s : 10s)) {
  // nop
}

void import_progress::at(std::uint64_t messages, std::uint64_t done,
                         std::uint64_t all) {
  if (done - looked_ < look_every)
    return;
  looked_ = done;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_)
    return;
  next_ = now + (terminal_ ? 1s : 10s);
  shown_ = true;
  const auto took = std::chrono::duration<double>{now - begun_}.count();
  const auto left = took * static_cast<double>(all - done)
                    / static_cast<double>(done);
  constexpr std::uint64_t megabyte = 1'000'000;
  out_ << (terminal_ ? "\r" : "") << messages << " messages, "
       << done / megabyte << " of " << all / megabyte << " MB, "
       << static_cast<std::uint64_t>(left) << " s to go"
       << (terminal_ ? "   " : "\n") << std::flush;
}

void import_progress::end() {
  constexpr int width = 70;
  if (terminal_ && shown_)
    out_ << '\r' << std::string(width, ' ') << '\r' << std::flush;
}

void import_report::print_table(std::ostream& out) const {
  std::size_t width = 16;
  for (const auto& x : queues_)
    width = std::max(width, label(x).size());
  const auto line = [&](const std::string& name, const auto&... columns) {
    out << std::left << std::setw(static_cast<int>(width)) << name
        << std::right;
    ((out << "  " << std::setw(12) << columns), ...);
  };
  line("topic/channel", dry_ ? "would come" : "imported", "bytes",
       "bytes before", "bytes bad");
  out << '\n';
  std::uint64_t messages = 0;
  for (const auto& x : queues_) {
    line(label(x), x.messages, x.bytes, x.before, x.skipped);
    if (const auto text = notes(x); !text.empty())
      out << "  " << text;
    out << '\n';
    messages += x.messages;
  }
  out << messages
      << (dry_ ? " messages would be imported\n" : " messages imported\n");
}

nlohmann::ordered_json import_report::to_json() const {
  auto list = nlohmann::ordered_json::array();
  for (const auto& x : queues_)
    list.push_back({{"topic", x.topic},
                    {"channel", x.channel},
                    {"paused", x.paused},
                    {"listed", x.listed},
                    {"messages", x.messages},
                    {"bytes", x.bytes},
                    {"bytes_before", x.before},
                    {"bytes_damaged", x.skipped}});
  return {{"dry_run", dry_}, {"queues", std::move(list)}};
}

} // namespace cafq::tool
