#include "config/cgroup.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>

namespace cafq::config {

namespace {

using limit = std::optional<uint64_t>;

/// What is above it means that there is none; version 1 has no word for that.
constexpr uint64_t no_limit = uint64_t{1} << 60U;

void lower(limit& to, const std::filesystem::path& file) {
  std::ifstream in{file};
  uint64_t value = 0;
  if (in >> value && value < no_limit) // not "max"
    to = std::min(to.value_or(value), value);
}

/// Looks at a group and all above it. In a container the names are often those
/// of the host, of which only the top is to be seen: that is ours then.
void lower_by_group(limit& to, const std::filesystem::path& root,
                    std::string_view group, const char* file) {
  lower(to, root / file);
  auto at = root;
  for (const auto& part : std::filesystem::path{group}.relative_path())
    lower(to, (at /= part) / file);
}

} // namespace

std::optional<uint64_t>
memory_limit_of_cgroup(const std::filesystem::path& own,
                       const std::filesystem::path& root) {
  limit result;
  std::ifstream in{own};
  for (std::string line; std::getline(in, line);) {
    // number:controllers:group
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos)
      continue;
    const auto controllers = "," + line.substr(first + 1, second - first - 1)
                             + ",";
    const auto group = std::string_view{line}.substr(second + 1);
    if (controllers == ",,")
      lower_by_group(result, root, group, "memory.max");
    else if (controllers.find(",memory,") != controllers.npos)
      lower_by_group(result, root / "memory", group, "memory.limit_in_bytes");
  }
  return result;
}

} // namespace cafq::config
