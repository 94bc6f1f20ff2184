#include "test/crash/store_load.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <sstream>
#include <utility>

namespace cafq::test {

namespace {

constexpr size_t everything = 1'000'000;

void write(std::ostream& out, const text& x) {
  out << x.number << ' ' << x.timestamp_ns << ' ' << x.attempts << ' '
      << x.body.size() << ' ' << std::hash<std::string>{}(x.body) << '\n';
}

void write(std::ostream& out, const std::vector<text>& messages,
           const block_progress& progress) {
  out << "block " << progress.finished << ' ';
  for (auto [index, attempts] : progress.attempts)
    out << index << ':' << attempts << ' ';
  out << '\n';
  for (const auto& x : messages)
    write(out, x);
}

template <class Record>
void write_name(std::ostream& out, const Record& x) {
  out << x.name << ' ' << x.queue << ' ' << x.paused << ' ' << x.created_ns;
}

void write(std::ostream& out, const topic_record& x) {
  out << "topic ";
  write_name(out, x);
  out << ' ' << x.reserved << '\n';
}

void write(std::ostream& out, const channel_record& x) {
  out << "channel " << x.topic << ' ';
  write_name(out, x);
  out << '\n';
}

void write_queue(std::ostream& out, message_store& store, queue_id queue) {
  out << "queue " << queue << '\n';
  for (const auto& x : store.read(queue, 0, everything))
    write(out, texts(*x.body), x.progress);
  for (const auto& x :
       store.due(queue, std::numeric_limits<int64_t>::max(), everything)) {
    out << "due " << x.due_ns << ' ';
    write(out, texts(*x.body).front());
  }
}

void write_queue(std::ostream& out, const model& x, queue_id queue) {
  out << "queue " << queue << '\n';
  const auto& content = x.queues.at(queue);
  for (const auto& [first, block] : content.blocks)
    write(out, block.messages, block.progress);
  for (const auto& [key, message] : content.deferred) {
    out << "due " << key.due_ns << ' ';
    write(out, message);
  }
}

} // namespace

// -- store_load ---------------------------------------------------------------

store_load::store_load(message_store& store, uint64_t seed)
  : store_(store), random_(seed) {
  // nop
}

void store_load::step() {
  store_.begin_group();
  const auto dice = below(100);
  if (now_.channels.size() < 2 || dice < 4)
    name();
  else if (dice < 6)
    forget();
  else if (dice < 40)
    publish();
  else if (dice < 55)
    report();
  else if (dice < 75)
    finish();
  else if (dice < 90)
    delay();
  else
    wake();
  store_.end_group();
}

/// To the topic's own queue, or to all channels.
void store_load::publish() {
  const auto& topic = pick(now_.topics)->second;
  std::vector<text> messages;
  const auto count = 1 + below(below(4) == 0 ? 256 : 8);
  for (size_t i = 0; i < count; ++i)
    messages.push_back(message(next_++));
  if (below(16) == 0)
    messages = {{next_++, 1, 0, std::string(100'000 + below(200'000), 'L')}};
  std::vector<queue_id> queues;
  for (const auto& [key, x] : now_.channels)
    if (key.first == topic.name)
      queues.push_back(x.queue);
  if (queues.empty())
    queues.push_back(topic.queue);
  for (const auto queue : queues) {
    store_.keep(queue, {make_block(messages), {}});
    now_.queues[queue].blocks[messages.front().number] = {messages, {}};
  }
}

void store_load::report() {
  auto& [queue, x] = *pick(now_.queues);
  if (x.blocks.empty())
    return;
  auto& [first, block] = *pick(x.blocks);
  for (size_t i = 0; i < block.messages.size(); ++i)
    if (below(3) == 0)
      block.progress.finished.set(i);
  block.progress.attempts.clear();
  for (size_t i = 0; i < block.messages.size(); ++i)
    if (!block.progress.finished[i] && below(3) == 0)
      block.progress.attempts.emplace_back(i, below(100));
  store_.progress(queue, first, block.progress);
}

void store_load::finish() {
  auto& [queue, x] = *pick(now_.queues);
  for (auto count = below(8); count > 0 && !x.blocks.empty(); --count) {
    store_.done(queue, x.blocks.begin()->first);
    x.blocks.erase(x.blocks.begin());
  }
}

/// REQ with a delay: a whole block goes to `defer`.
void store_load::delay() {
  auto& [queue, x] = *pick(now_.queues);
  if (x.blocks.empty())
    return;
  const auto block = pick(x.blocks);
  const auto due = static_cast<int64_t>(below(1000));
  for (const auto& message : block->second.messages) {
    store_.defer(queue, {due, make_block(std::vector{message})});
    x.deferred[{due, message.number}] = message;
  }
  store_.done(queue, block->first);
  x.blocks.erase(block);
}

/// What is due goes.
void store_load::wake() {
  auto& [queue, x] = *pick(now_.queues);
  for (auto count = below(300); count > 0 && !x.deferred.empty(); --count) {
    store_.undefer(queue, x.deferred.begin()->first);
    x.deferred.erase(x.deferred.begin());
  }
}

void store_load::name() {
  const auto topic = "t" + std::to_string(below(3));
  auto& x = now_.topics[topic];
  if (x.queue == 0)
    now_.queues[x.queue = store_.new_queue()];
  x.name = topic;
  x.paused = below(2) == 0;
  x.reserved = random_();
  store_.put(x);
  const auto channel = "c" + std::to_string(below(3));
  auto& y = now_.channels[{topic, channel}];
  if (y.queue == 0)
    now_.queues[y.queue = store_.new_queue()];
  y.topic = topic;
  y.name = channel;
  y.created_ns = static_cast<int64_t>(below(1000));
  store_.put(y);
}

/// Deletes a channel or empties it.
void store_load::forget() {
  const auto i = pick(now_.channels);
  const auto old = i->second.queue;
  if (below(2) == 0) {
    store_.erase_channel(i->second.topic, i->second.name);
    now_.channels.erase(i);
  } else {
    i->second.queue = store_.new_queue();
    now_.queues[i->second.queue];
    store_.put(i->second);
  }
  store_.drop(old);
  now_.queues.erase(old);
}

text store_load::message(uint64_t number) {
  const auto size = below(10) == 0 ? below(3000) : below(200);
  return {number, static_cast<int64_t>(random_()),
          static_cast<uint16_t>(below(5)),
          std::string(size, static_cast<char>(random_()))};
}

// -- describe -----------------------------------------------------------------

std::string describe(message_store& x) {
  std::ostringstream result;
  std::map<queue_id, bool> queues;
  auto topics = x.topics();
  std::sort(topics.begin(), topics.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  for (const auto& y : topics) {
    write(result, y);
    queues[y.queue];
  }
  auto channels = x.channels();
  std::sort(channels.begin(), channels.end(), [](const auto& a, const auto& b) {
    return std::tie(a.topic, a.name) < std::tie(b.topic, b.name);
  });
  for (const auto& y : channels) {
    write(result, y);
    queues[y.queue];
  }
  for (const auto& [queue, none] : queues)
    write_queue(result, x, queue);
  return result.str();
}

std::string describe(const model& x) {
  std::ostringstream result;
  for (const auto& [key, y] : x.topics)
    write(result, y);
  for (const auto& [key, y] : x.channels)
    write(result, y);
  for (const auto& [queue, y] : x.queues)
    write_queue(result, x, queue);
  return result.str();
}

} // namespace cafq::test
