#include "tools/cafq/store_dump.hpp"

#include "net/protocol/base64.hpp"
#include "net/protocol/utf8.hpp"

#include <ostream>

#include <nlohmann/json.hpp>

namespace cafq::tool {

store_dump::store_dump(std::ostream& out, std::string topic,
                       std::string channel)
  : out_(out), topic_(std::move(topic)), channel_(std::move(channel)) {
  // nop
}

void store_dump::topic(const topic_record& x) {
  add(x.queue, {x.name, {}});
}

void store_dump::channel(const channel_record& x) {
  add(x.queue, {x.topic, x.name});
}

void store_dump::add(queue_id queue, owner x) {
  if ((topic_.empty() || x.topic == topic_)
      && (channel_.empty() || x.channel == channel_))
    owners_.emplace(queue, std::move(x));
}

const store_dump::owner* store_dump::wanted(queue_id queue) const {
  const auto i = owners_.find(queue);
  return i == owners_.end() ? nullptr : &i->second;
}

void store_dump::block(queue_id queue, const stored_block& x) {
  const auto* of = wanted(queue);
  if (of == nullptr)
    return;
  std::map<std::uint16_t, std::uint16_t> attempts{x.progress.attempts.begin(),
                                                  x.progress.attempts.end()};
  for (std::size_t i = 0; i < x.body->count(); ++i) {
    if (x.progress.finished[i])
      continue;
    auto message = x.body->message(i);
    if (const auto found = attempts.find(static_cast<std::uint16_t>(i));
        found != attempts.end())
      message.attempts = found->second;
    write(*of, message, nullptr);
  }
}

void store_dump::deferred(queue_id queue, const deferred_message& x) {
  if (const auto* of = wanted(queue))
    write(*of, x.body->message(0), &x.due_ns);
}

void store_dump::damaged(queue_id /*queue*/, const std::string& /*what*/) {
  ++damaged_;
}

void store_dump::set_aside(queue_id /*queue*/) {
  ++damaged_;
}

void store_dump::stray(queue_id /*queue*/) {
  // nop
}

void store_dump::write(const owner& of, const queue::message_view& x,
                       const std::int64_t* due_ns) {
  nlohmann::ordered_json line{{"topic", of.topic}};
  if (!of.channel.empty())
    line["channel"] = of.channel;
  line["number"] = x.number;
  line["timestamp"] = x.timestamp_ns;
  line["attempts"] = x.attempts;
  line["state"] = due_ns == nullptr ? "ready" : "deferred";
  if (due_ns != nullptr)
    line["due"] = *due_ns;
  if (protocol::is_utf8(x.body))
    line["body"] = x.body;
  else
    line["body_base64"] = protocol::base64(x.body);
  out_ << line.dump() << '\n';
}

} // namespace cafq::tool
