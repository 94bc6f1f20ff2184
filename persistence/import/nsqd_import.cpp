#include "persistence/import/nsqd_import.hpp"

#include "persistence/bytes.hpp"
#include "persistence/import/file_window.hpp"

#include <algorithm>
#include <utility>

namespace cafq {

namespace {

/// More of these say nothing new.
constexpr size_t most_damages = 100;

/// nsqd/options.go: MaxMsgSize. It calls a file with larger ones bad.
constexpr size_t most_for_nsqd = size_t{1} << 20;

/// Returns where nsqd could not read on. If there is no such place, that was
/// the end of the file: it happens when a file is written and read at once.
uint64_t first_damage(nsqd::file_window& in, uint64_t from, int64_t now_ns) {
  nsqd::record_reader records{in, from, now_ns};
  auto end = from;
  while (const auto x = records.next()) {
    if (x->begin != end || x->body.size() > most_for_nsqd)
      return end;
    end = x->end;
  }
  return end;
}

} // namespace

std::string
file_id(std::string_view queue, uint64_t number, std::string_view head) {
  std::string result{queue};
  result += '\0';
  const auto size = result.size();
  result.resize(size + sizeof(number) + head.size());
  byte_writer out{result.data() + size};
  out.put(number);
  out.put(head);
  return result;
}

nsqd_import::nsqd_import(const nsqd::nsqd_data_path& from, import_target& to,
                         int64_t now_ns, progress tell)
  : from_(from), to_(to), now_ns_(now_ns), tell_(std::move(tell)) {
  for (const auto& topic : from_.topics())
    for (const auto& queue : topic.queues)
      for (const auto& part : queue.parts)
        all_ += part.file.size - part.from;
}

void nsqd_import::run() {
  for (const auto& topic : from_.topics()) {
    to_.topic(topic.name, topic.paused);
    for (const auto& queue : topic.queues)
      run(topic, queue);
  }
  to_.end();
  tell_(messages_, done_, all_);
}

void nsqd_import::run(const nsqd::source_topic& x,
                      const nsqd::source_queue& queue) {
  queues_.push_back({.topic = x.name,
                     .channel = queue.channel,
                     .paused = queue.paused,
                     .listed = queue.listed});
  to_.queue(queue.channel, queue.paused);
  const auto name = queue.channel.empty() ? x.name
                                          : x.name + ':' + queue.channel;
  for (const auto& part : queue.parts)
    run(name, part);
}

void nsqd_import::run(const std::string& queue, const nsqd::data_part& x) {
  nsqd::file_window in{x.file.path};
  const auto before = to_.file(
    file_id(queue, x.file.number, in.at(0, nsqd::record_header_size)));
  auto& result = queues_.back();
  auto from = x.from;
  if (x.from_first_damage)
    from = first_damage(in, from, now_ns_);
  if (before > from) {
    result.before += before - from;
    from = before;
  }
  advance(from - x.from);
  nsqd::record_reader records{in, from, now_ns_};
  auto end = from;
  while (const auto record = records.next()) {
    if (record->begin != end)
      skipped(x.file, end, record->begin);
    to_.add(*record);
    ++messages_;
    ++result.messages;
    result.bytes += record->body.size();
    advance(record->end - end);
    end = record->end;
  }
  if (end < in.size())
    skipped(x.file, end, in.size());
}

void nsqd_import::skipped(const nsqd::data_file& in, uint64_t begin,
                          uint64_t end) {
  queues_.back().skipped += end - begin;
  if (damages_.size() < most_damages)
    damages_.push_back(in.path.filename().string() + ": "
                       + std::to_string(end - begin) + " bytes from "
                       + std::to_string(begin) + " on are damaged");
}

void nsqd_import::advance(uint64_t bytes) {
  done_ += bytes;
  tell_(messages_, done_, all_);
}

} // namespace cafq
