#include "tools/cafqd/notify.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <fmt/core.h>
#include <systemd/sd-daemon.h>

namespace cafq::notify {

namespace {

uint64_t messages_in(const recovered_queue& x) {
  return x.summary.messages + x.summary.deferred;
}

std::string counted(uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// Nobody to tell is no error, and one who cannot be told stops nothing.
void tell(const std::string& state) {
  static_cast<void>(::sd_notify(0, state.c_str()));
}

} // namespace

std::string backlog_text(const std::vector<recovered_topic>& x) {
  size_t channels = 0;
  uint64_t messages = 0;
  for (const auto& topic : x) {
    channels += topic.channels.size();
    messages += messages_in(topic.queue);
    for (const auto& [name, queue] : topic.channels)
      messages += messages_in(queue);
  }
  return fmt::format("{}, {}, {}", counted(x.size(), "topic"),
                     counted(channels, "channel"),
                     counted(messages, "stored message"));
}

void ready(const std::string& status) {
  tell("READY=1\nSTATUS=" + status);
}

void reloading() {
  tell("RELOADING=1\nSTATUS=reloading");
}

void stopping() {
  tell("STOPPING=1\nSTATUS=saving what the queues hold in memory");
}

} // namespace cafq::notify
