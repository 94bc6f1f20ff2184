#include "test/crash/file_calls.hpp"

#include <algorithm>
#include <cerrno>
#include <string>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

namespace cafq::test {

namespace {

file_watcher* watcher = nullptr;

file_watcher* watcher_of(int descriptor) {
  return watcher != nullptr && watcher->watches(descriptor) ? watcher : nullptr;
}

/// Returns the function that this one hides.
template <class F>
F* hidden(const char* name) {
  return reinterpret_cast<F*>(::dlsym(RTLD_NEXT, name));
}

/// Runs a write of `bytes` past the watcher.
/// @param at -1 for the file's own position.
ssize_t
write_past(file_watcher& to, int file, std::string_view bytes, off_t at) {
  static const auto real_pwrite
    = hidden<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  auto size = bytes.size();
  const auto start = at < 0 ? ::lseek(file, 0, SEEK_CUR) : at;
  if (const auto code = to.before(file_call::write,
                                  static_cast<uint64_t>(start), size);
      code != 0) {
    errno = code;
    return -1;
  }
  const auto written = real_pwrite(file, bytes.data(), size, start);
  if (written <= 0)
    return written;
  if (at < 0)
    ::lseek(file, written, SEEK_CUR);
  to.wrote(static_cast<uint64_t>(start),
           bytes.substr(0, static_cast<size_t>(written)),
           (::fcntl(file, F_GETFL) & O_DSYNC) != 0);
  return written;
}

int sync_past(file_watcher& to, int file, int (*real)(int)) {
  size_t none = 0;
  if (const auto code = to.before(file_call::sync, 0, none); code != 0) {
    errno = code;
    return -1;
  }
  const auto result = real(file);
  if (result == 0)
    to.synced();
  return result;
}

} // namespace

void watch_files(file_watcher* x) noexcept {
  watcher = x;
}

} // namespace cafq::test

// -- in libc's place ----------------------------------------------------------

// liblmdb calls these and no others (nm -D). The linker exports them from an
// executable, since a library it links with needs them.
extern "C" {

ssize_t write(int file, const void* data, size_t size) {
  static const auto real
    = cafq::test::hidden<ssize_t(int, const void*, size_t)>("write");
  if (auto* to = cafq::test::watcher_of(file))
    return cafq::test::write_past(*to, file,
                                  {static_cast<const char*>(data), size}, -1);
  return real(file, data, size);
}

ssize_t pwrite(int file, const void* data, size_t size, off_t at) {
  static const auto real
    = cafq::test::hidden<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  if (auto* to = cafq::test::watcher_of(file))
    return cafq::test::write_past(*to, file,
                                  {static_cast<const char*>(data), size}, at);
  return real(file, data, size, at);
}

ssize_t writev(int file, const iovec* parts, int count) {
  static const auto real
    = cafq::test::hidden<ssize_t(int, const iovec*, int)>("writev");
  auto* to = cafq::test::watcher_of(file);
  if (to == nullptr)
    return real(file, parts, count);
  std::string all;
  for (int i = 0; i < count; ++i)
    all.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  return cafq::test::write_past(*to, file, all, -1);
}

int fdatasync(int file) {
  static const auto real = cafq::test::hidden<int(int)>("fdatasync");
  if (auto* to = cafq::test::watcher_of(file))
    return cafq::test::sync_past(*to, file, real);
  return real(file);
}

int fsync(int file) {
  static const auto real = cafq::test::hidden<int(int)>("fsync");
  if (auto* to = cafq::test::watcher_of(file))
    return cafq::test::sync_past(*to, file, real);
  return real(file);
}

int ftruncate(int file, off_t size) noexcept {
  static const auto real = cafq::test::hidden<int(int, off_t)>("ftruncate");
  auto* to = cafq::test::watcher_of(file);
  if (to == nullptr)
    return real(file, size);
  size_t none = 0;
  if (const auto code = to->before(cafq::test::file_call::resize,
                                   static_cast<uint64_t>(size), none);
      code != 0) {
    errno = code;
    return -1;
  }
  const auto result = real(file, size);
  if (result == 0)
    to->resized(static_cast<uint64_t>(size));
  return result;
}

} // extern "C"
