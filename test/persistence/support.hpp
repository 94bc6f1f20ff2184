#pragma once

#include "persistence/lmdb_message_store.hpp"
#include "test/support/scratch_directory.hpp"

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace cafq::test {

/// A message as tests see it.
struct text {
  uint64_t number = 0;
  int64_t timestamp_ns = 0;
  uint16_t attempts = 0;
  std::string body;

  bool operator==(const text&) const = default;
};

std::ostream& operator<<(std::ostream& out, const text& x);

[[nodiscard]] queue::block_ptr make_block(const std::vector<text>& x);

/// Consecutive numbers, bodies "m<number>".
[[nodiscard]] queue::block_ptr make_block(uint64_t first, size_t count);

[[nodiscard]] std::vector<text> texts(const queue::block& x);

/// The first numbers of blocks.
[[nodiscard]] std::vector<uint64_t> names(const std::vector<stored_block>& x);

/// Commits until nothing is staged.
void commit_all(message_store& x);

/// A store in a scratch directory, to be opened and left as often as wanted.
struct store_fixture {
  scratch_directory dir;
  store_options options;
  std::unique_ptr<message_store> store = open_message_store(dir.store_file(),
                                                            options);

  /// Leaves without a commit, like a crash.
  void reopen();

  /// Gives a new queue a name, so that it survives a restart.
  queue_id named_queue(const std::string& topic);
};

} // namespace cafq::test
