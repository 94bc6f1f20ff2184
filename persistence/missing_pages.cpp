#include "persistence/missing_pages.hpp"

#include "persistence/storage_error.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cafq {

namespace {

uint64_t size_of(const lmdb::env& env, const std::filesystem::path& file) {
  struct stat info {};
  if (::fstat(env.descriptor(), &info) != 0)
    refuse(file, std::strerror(errno));
  return static_cast<uint64_t>(info.st_size);
}

void resize(const lmdb::env& env, const std::filesystem::path& file,
            uint64_t size) {
  if (::ftruncate(env.descriptor(), static_cast<off_t>(size)) != 0)
    refuse(file, std::strerror(errno));
}

/// Returns whether nothing is in the pages from this one on.
bool is_free(lmdb::env& env, uint64_t from) {
  try {
    lmdb::txn reading{env, lmdb::txn::mode::read};
    return reading.free_pages(from) == env.pages() - from;
  } catch (const lmdb::error&) {
    return false; // the list itself is not there
  }
}

/// The same while the pages are missing: the list may be in them, and whoever
/// looks there dies. So a child looks.
bool is_free_as_seen_by_a_child(lmdb::env& env, uint64_t from) {
  const auto child = ::fork();
  if (child == 0) {
    ::close(STDERR_FILENO); // LMDB's assertions
    for (const auto signal : {SIGSEGV, SIGBUS, SIGABRT})
      std::signal(signal, [](int) { ::_exit(1); }); // without a core
    ::_exit(is_free(env, from) ? 0 : 1);
  }
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status)
         && WEXITSTATUS(status) == 0;
}

[[noreturn]] void refuse_cut(const std::filesystem::path& file, uint64_t size,
                             uint64_t expected) {
  refuse(file, "cut short: " + std::to_string(size) + " bytes, should be "
                 + std::to_string(expected));
}

} // namespace

void complete(lmdb::env& env, const std::filesystem::path& file) {
  const auto size = size_of(env, file);
  const auto expected = env.pages() * env.page_size();
  if (size >= expected)
    return;
  // LMDB takes a page with zeros for a broken one, but half of a page for a
  // good one.
  const auto whole = size / env.page_size();
  std::string half(size % env.page_size(), '\0');
  const auto half_at = static_cast<off_t>(whole * env.page_size());
  if (::pread(env.descriptor(), half.data(), half.size(), half_at) < 0)
    refuse(file, std::strerror(errno));
  resize(env, file, size - half.size());
  resize(env, file, expected);
  if (is_free(env, whole))
    return;
  resize(env, file, size);
  if (::pwrite(env.descriptor(), half.data(), half.size(), half_at) < 0)
    refuse(file, std::strerror(errno));
  refuse_cut(file, size, expected);
}

void check_length(lmdb::env& env, const std::filesystem::path& file) {
  const auto size = size_of(env, file);
  const auto expected = env.pages() * env.page_size();
  if (size < expected
      && !is_free_as_seen_by_a_child(env, size / env.page_size()))
    refuse_cut(file, size, expected);
}

} // namespace cafq
