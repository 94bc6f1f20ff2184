#include "persistence/import/store_target.hpp"

#include "persistence/group.hpp"
#include "persistence/storage_error.hpp"

namespace cafq {

namespace {

/// What goes into one transaction.
constexpr size_t most_bytes = size_t{4} << 20;
constexpr size_t most_blocks = 1024;
constexpr size_t most_marks = 256;

} // namespace

store_target::store_target(message_store& to, int64_t now_ns)
  : to_(to), names_(to), now_ns_(now_ns) {
  // nop
}

void store_target::topic(const std::string& name, bool paused) {
  close_file();
  topic_ = name;
  const auto now_us = static_cast<uint64_t>(now_ns_ / 1000);
  if (!names_.queue_of(name)) {
    names_.add_topic(name, queue::number_source{now_us}.next_mark(), now_ns_);
    if (paused)
      names_.pause(name, {}, true);
    numbers_ = queue::number_source{now_us};
  } else {
    numbers_ = queue::number_source{now_us, names_.find(name).reserved};
  }
  reserved_ = names_.find(name).reserved;
}

void store_target::queue(const std::string& channel, bool paused) {
  close_file();
  if (channel.empty()) {
    queue_ = names_.queue_of(topic_).value();
    return;
  }
  const auto there = names_.channels_of(topic_);
  if (const auto i = there.find(channel); i != there.end()) {
    queue_ = i->second;
    return;
  }
  // As in a broker, what a topic holds goes to its first channel.
  const auto first = there.empty() && !names_.find(topic_).queue.paused;
  queue_ = names_.add_channel(topic_, channel, first, now_ns_).value().channel;
  if (paused)
    names_.pause(topic_, channel, true);
}

uint64_t store_target::file(std::string id) {
  close_file();
  file_ = std::move(id);
  return to_.mark(file_);
}

void store_target::add(const nsqd::record& x) {
  if (messages_.size() == queue::block::max_messages
      || bodies_.size() + x.body.size() > queue::block::max_bytes)
    close_block();
  messages_.push_back({x.timestamp_ns, x.attempts, x.body.size()});
  bodies_ += x.body;
  file_end_ = x.end;
}

void store_target::end() {
  close_file();
  write();
}

void store_target::close_block() {
  if (messages_.empty())
    return;
  auto number = numbers_.take(messages_.size());
  if (numbers_.next() > reserved_) {
    reserved_ = numbers_.next_mark();
    names_.reserve(topic_, reserved_);
  }
  std::vector<queue::message_view> views;
  views.reserve(messages_.size());
  const std::string_view bodies{bodies_};
  size_t at = 0;
  for (const auto& x : messages_) {
    views.push_back(
      {number++, x.timestamp_ns, x.attempts, bodies.substr(at, x.size)});
    at += x.size;
  }
  blocks_.emplace_back(queue_, queue::block::make(views));
  bytes_ += bodies_.size();
  messages_.clear();
  // The room of a large one is not kept.
  bodies_.clear();
  if (bodies_.capacity() > most_bytes)
    bodies_.shrink_to_fit();
  if (marks_.empty() || marks_.back().first != file_)
    marks_.emplace_back(file_, file_end_);
  marks_.back().second = file_end_;
  if (bytes_ >= most_bytes || blocks_.size() == most_blocks
      || marks_.size() == most_marks)
    write();
}

void store_target::close_file() {
  close_block();
  file_.clear();
}

void store_target::write() {
  {
    const group together{to_};
    for (auto& [queue, body] : blocks_)
      to_.keep(queue, {std::move(body), {}});
    for (const auto& [name, end] : marks_)
      to_.put_mark(name, end);
  }
  blocks_.clear();
  bytes_ = 0;
  marks_.clear();
  while (to_.commit()) {
    // nop
  }
  if (auto why = to_.shortage(); !why.empty())
    throw storage_error{storage_failure::full, why};
}

} // namespace cafq
