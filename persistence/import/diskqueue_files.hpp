#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cafq::nsqd {

/// Whose queue it is. Without a channel: the topic's own, for what has not gone
/// to the channels.
struct queue_name {
  std::string topic;
  std::string channel;

  // clang-tidy 14 sees a null pointer in it.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  auto operator<=>(const queue_name&) const = default;
};

/// What the name of a file says: `<queue>.diskqueue.<number>.dat`, `.bad`
/// behind it once nsqd could not read on, or `<queue>.diskqueue.meta.dat`.
struct file_name {
  queue_name queue;

  /// Nothing for the meta file.
  std::optional<uint64_t> number;

  bool bad = false;

  bool operator==(const file_name&) const = default;
};

/// @returns nothing for a file that is none of a queue.
[[nodiscard]] std::optional<file_name> parse_file_name(std::string_view name);

/// Where nsqd reads next.
struct read_position {
  uint64_t file = 0;
  uint64_t offset = 0;

  bool operator==(const read_position&) const = default;
};

/// Reads `depth\nreadFile,readPos\nwriteFile,writePos\n`. After a crash all of
/// it is old: the writing may have gone on.
[[nodiscard]] std::optional<read_position> parse_meta(std::string_view text);

/// A file with messages.
struct data_file {
  std::filesystem::path path;
  uint64_t number = 0;
  bool bad = false;
  uint64_t size = 0;
};

/// What is to be read of a file.
struct data_part {
  data_file file;
  uint64_t from = 0;

  /// All that comes before the first damage was delivered: nsqd reads up to
  /// there before it calls a file bad. If there is none, all of it was.
  bool from_first_damage = false;
};

/// What is to be read of a queue, in order.
struct queue_plan {
  std::vector<data_part> parts;
  std::vector<std::string> warnings;
};

/// Decides what of a queue was not delivered.
/// @param next Nothing if there is no meta file. nsqd begins at 0 then and
///             overwrites what is there; here all of it counts.
[[nodiscard]] queue_plan
plan(std::vector<data_file> files, std::optional<read_position> next);

} // namespace cafq::nsqd
