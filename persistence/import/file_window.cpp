#include "persistence/import/file_window.hpp"

#include "persistence/storage_error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cafq::nsqd {

namespace {

/// What is read at a time, unless more is asked for.
constexpr size_t usual_size = size_t{256} << 10;

} // namespace

file_window::file_window(const std::filesystem::path& file) : path_(file) {
  // Without O_NONBLOCK, a pipe of that name would block.
  file_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file_ < 0)
    refuse(file, std::strerror(errno));
  struct stat info {};
  if (::fstat(file_, &info) == 0 && S_ISREG(info.st_mode)) {
    size_ = static_cast<uint64_t>(info.st_size);
    return;
  }
  ::close(file_);
  refuse(file, "is not a regular file");
}

file_window::~file_window() {
  ::close(file_);
}

std::string_view file_window::at(uint64_t offset, size_t size) {
  if (offset >= size_)
    return {};
  size = static_cast<size_t>(std::min<uint64_t>(size, size_ - offset));
  if (!holds(offset, size)) {
    const auto more = static_cast<size_t>(
      std::min<uint64_t>(std::max(size, usual_size), size_ - offset));
    // That of a large message is not kept.
    if (more < buffer_.capacity() && buffer_.capacity() > usual_size)
      buffer_ = {};
    buffer_.resize(more);
    begin_ = offset;
    buffer_.resize(read(offset, buffer_.data(), more));
  }
  const auto from = static_cast<size_t>(offset - begin_);
  return {buffer_.data() + from, std::min(size, buffer_.size() - from)};
}

std::string_view file_window::glance(uint64_t offset, size_t size) {
  if (offset >= size_)
    return {};
  size = static_cast<size_t>(std::min<uint64_t>(size, size_ - offset));
  if (holds(offset, size))
    return {buffer_.data() + (offset - begin_), size};
  return {aside_.data(), read(offset, aside_.data(), size)};
}

bool file_window::holds(uint64_t offset, size_t size) const noexcept {
  return offset >= begin_ && offset + size <= begin_ + buffer_.size();
}

/// @returns how much there was: the file may have got shorter.
size_t file_window::read(uint64_t offset, char* to, size_t size) {
  size_t result = 0;
  while (result < size) {
    const auto n = ::pread(file_, to + result, size - result,
                           static_cast<off_t>(offset + result));
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      refuse(path_, std::strerror(errno));
    if (n == 0)
      break;
    result += static_cast<size_t>(n);
  }
  return result;
}

} // namespace cafq::nsqd
