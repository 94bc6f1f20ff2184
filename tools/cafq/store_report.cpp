#include "tools/cafq/store_report.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <tuple>

namespace cafq::tool {

namespace {

/// More of these say nothing new.
constexpr std::size_t most_problems = 100;

} // namespace

void store_report::topic(const topic_record& x) {
  auto& to = queues_[x.queue];
  to.topic = x.name;
  to.paused = x.paused;
}

void store_report::channel(const channel_record& x) {
  auto& to = queues_[x.queue];
  to.topic = x.topic;
  to.channel = x.name;
  to.paused = x.paused;
}

void store_report::block(queue_id queue, const stored_block& x) {
  auto& to = queues_[queue];
  ++to.blocks;
  to.messages += x.unfinished();
  for (std::size_t i = 0; i < x.body->count(); ++i)
    if (!x.progress.finished[i])
      to.bytes += x.body->body(i).size();
}

void store_report::deferred(queue_id queue, const deferred_message& x) {
  auto& to = queues_[queue];
  ++to.deferred;
  to.bytes += x.body->bytes();
}

void store_report::damaged(queue_id queue, const std::string& what) {
  ++damaged_;
  if (const auto i = queues_.find(queue); i != queues_.end())
    ++i->second.damaged;
  if (problems_.size() < most_problems)
    problems_.push_back(what);
}

void store_report::set_aside(queue_id queue) {
  ++damaged_;
  ++set_aside_;
  ++queues_[queue].damaged;
}

void store_report::stray(queue_id /*queue*/) {
  ++stray_;
}

std::uint64_t store_report::orphaned() const noexcept {
  auto result = stray_;
  for (const auto& [id, x] : queues_)
    if (x.topic.empty())
      result += x.blocks + x.deferred;
  return result;
}

std::vector<store_report::totals> store_report::queues() const {
  std::vector<totals> result;
  for (const auto& [id, x] : queues_)
    if (!x.topic.empty())
      result.push_back(x);
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) {
    return std::tie(a.topic, a.channel) < std::tie(b.topic, b.channel);
  });
  return result;
}

void store_report::print_table(std::ostream& out) const {
  const auto found = queues();
  std::size_t width = 16;
  for (const auto& x : found)
    width = std::max(width, x.topic.size() + x.channel.size() + 1);
  const auto line = [&](const auto& name, const auto&... columns) {
    out << std::left << std::setw(static_cast<int>(width)) << name
        << std::right;
    ((out << "  " << std::setw(12) << columns), ...);
    out << '\n';
  };
  line("topic/channel", "messages", "deferred", "damaged", "blocks", "bytes");
  for (const auto& x : found)
    line(x.channel.empty() ? x.topic : x.topic + '/' + x.channel, x.messages,
         x.deferred, x.damaged, x.blocks, x.bytes);
  if (orphaned() > 0)
    out << orphaned()
        << " rows without an owner; the next start deletes them\n";
  if (set_aside_ > 0)
    out << set_aside_ << " damaged rows were set aside before\n";
  for (const auto& x : problems_)
    out << x << '\n';
}

nlohmann::ordered_json store_report::to_json() const {
  auto list = nlohmann::ordered_json::array();
  for (const auto& x : queues())
    list.push_back({{"topic", x.topic},
                    {"channel", x.channel},
                    {"paused", x.paused},
                    {"messages", x.messages},
                    {"deferred", x.deferred},
                    {"damaged", x.damaged},
                    {"blocks", x.blocks},
                    {"bytes", x.bytes}});
  return {{"queues", std::move(list)},
          {"orphaned", orphaned()},
          {"damaged", damaged_},
          {"set_aside", set_aside_},
          {"problems", problems_}};
}

} // namespace cafq::tool
