#pragma once

#include "persistence/import/nsqd_data_path.hpp"
#include "persistence/import/record_reader.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cafq {

/// Where an import goes. Topics come one after the other, each with its queues.
class import_target {
public:
  import_target() = default;
  import_target(const import_target&) = delete;
  import_target& operator=(const import_target&) = delete;
  virtual ~import_target() = default;

  /// Begins a topic; one that is there stays as it is.
  virtual void topic(const std::string& name, bool paused) = 0;

  /// Begins a queue of that topic, likewise: of a channel, or the topic's own.
  virtual void queue(const std::string& channel, bool paused) = 0;

  /// Begins a file of that queue.
  /// @param id See `file_id`.
  /// @returns up to where it was imported before.
  [[nodiscard]] virtual uint64_t file(std::string id) = 0;

  virtual void add(const nsqd::record& x) = 0;

  /// Nothing more comes.
  virtual void end() = 0;
};

/// What came of one queue.
struct imported_queue {
  std::string topic;
  /// Empty for the topic's own.
  std::string channel;
  bool paused = false;
  /// Whether nsqd.dat names it.
  bool listed = false;
  uint64_t messages = 0;
  /// Of their bodies.
  uint64_t bytes = 0;
  /// What was imported before, in bytes of nsqd's files.
  uint64_t before = 0;
  /// Damaged, likewise.
  uint64_t skipped = 0;
};

/// Brings what nsqd left into a target.
class nsqd_import {
public:
  /// How far it is, of all bytes in files.
  using progress
    = std::function<void(uint64_t messages, uint64_t done, uint64_t all)>;

  /// @param now_ns For what times are credible.
  nsqd_import(const nsqd::nsqd_data_path& from, import_target& to,
              int64_t now_ns, progress tell);

  void run();

  /// Returns what came of each queue, in the order of the source.
  [[nodiscard]] const std::vector<imported_queue>& queues() const noexcept {
    return queues_;
  }

  /// Returns what is damaged, one line each, of the first of them.
  [[nodiscard]] const std::vector<std::string>& damages() const noexcept {
    return damages_;
  }

private:
  void run(const nsqd::source_topic& x, const nsqd::source_queue& queue);
  void run(const std::string& queue, const nsqd::data_part& x);
  void skipped(const nsqd::data_file& in, uint64_t begin, uint64_t end);
  void advance(uint64_t bytes);

  const nsqd::nsqd_data_path& from_;
  import_target& to_;
  int64_t now_ns_;
  progress tell_;
  uint64_t messages_ = 0;
  uint64_t done_ = 0;
  uint64_t all_ = 0;
  std::vector<imported_queue> queues_;
  std::vector<std::string> damages_;
};

/// Tells a file of nsqd from all others, wherever it is and whatever it is
/// called now: its queue, its number, and the header of its first record, which
/// has the time and id of a message.
[[nodiscard]] std::string
file_id(std::string_view queue, uint64_t number, std::string_view head);

} // namespace cafq
