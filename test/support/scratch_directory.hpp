#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <unistd.h>

namespace cafq::test {

/// An empty directory, removed with all that is in it.
class scratch_directory {
public:
  scratch_directory() {
    // In memory if possible: a sync costs nothing there.
    const std::filesystem::path shared = "/dev/shm";
    const auto parent = ::access(shared.c_str(), W_OK) == 0
                          ? shared
                          : std::filesystem::temp_directory_path();
    auto name = (parent / "cafq-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      throw std::system_error{errno, std::system_category(), name};
    path_ = name;
  }

  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;

  ~scratch_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const noexcept {
    return path_;
  }

  [[nodiscard]] std::filesystem::path store_file() const {
    return path_ / "cafq.mdb";
  }

private:
  std::filesystem::path path_;
};

} // namespace cafq::test
