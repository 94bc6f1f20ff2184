#include "tools/cafq/bench/publish_window.hpp"

#include "tools/cafq/error.hpp"

#include <algorithm>

namespace cafq::bench {

publish_window::publish_window(const command_template& command, ack_log& acks,
                               budget& allowed, const settings& with)
  : command_(command), acks_(acks), allowed_(allowed), settings_(with) {
  // nop
}

void publish_window::publish(std::string& out, time_point due) {
  const auto topics = command_.topics();
  // Producers do not all begin with the same topic.
  command_.append(out, (next_ + settings_.producer) % topics,
                  {.run = settings_.run,
                   .producer = settings_.producer,
                   .sequence = next_ / topics * command_.batch()});
  ++next_;
  sent_.push_back(due);
  ++acks_.unanswered;
}

void publish_window::refill(std::string& out, time_point at) {
  while (sent_.size() < settings_.outstanding && allowed_.take(at))
    publish(out, at);
}

void publish_window::answered(time_point at) {
  if (sent_.empty())
    throw tool::error("the broker answered what was not asked");
  const auto took = std::max(at - sent_.front(), duration{0});
  sent_.pop_front();
  acks_.latency.record(static_cast<std::uint64_t>(took.count()));
  acks_.messages += command_.batch();
  --acks_.unanswered;
}

} // namespace cafq::bench
