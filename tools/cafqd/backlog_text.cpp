#include "tools/cafqd/backlog_text.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <fmt/core.h>

namespace cafq {

namespace {

uint64_t messages_in(const recovered_queue& x) {
  return x.summary.messages + x.summary.deferred;
}

std::string counted(uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
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

} // namespace cafq
