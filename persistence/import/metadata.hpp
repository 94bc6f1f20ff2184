#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// What nsqd 1.3.0 leaves on disk. Nothing here writes to it.
namespace cafq::nsqd {

struct channel_entry {
  std::string name;
  bool paused = false;

  bool operator==(const channel_entry&) const = default;
};

struct topic_entry {
  std::string name;
  bool paused = false;
  std::vector<channel_entry> channels{};

  bool operator==(const topic_entry&) const = default;
};

/// The content of nsqd.dat.
struct metadata {
  std::vector<topic_entry> topics;

  /// What of it is left out, as nsqd does: invalid names.
  std::vector<std::string> warnings;
};

/// Reads the JSON of nsqd.dat. As nsqd, it passes over what it does not know.
/// @param file For the text of the error.
/// @throws storage_error `refused` when it is not what nsqd writes.
[[nodiscard]] metadata
parse_metadata(std::string_view json, const std::filesystem::path& file);

} // namespace cafq::nsqd
