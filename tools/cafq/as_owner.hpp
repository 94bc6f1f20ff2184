#pragma once

#include <filesystem>

namespace cafq::tool {

/// Has root create files as the one whom a directory belongs to, for a scope:
/// a daemon that runs as that one finds them its own. Others stay who they are.
class as_owner {
public:
  /// @throws error when this root may not.
  explicit as_owner(const std::filesystem::path& directory);

  as_owner(const as_owner&) = delete;
  as_owner& operator=(const as_owner&) = delete;
  ~as_owner();

private:
  bool changed_ = false;
};

} // namespace cafq::tool
