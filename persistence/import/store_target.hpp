#pragma once

#include "actors/queue/block.hpp"
#include "actors/queue/number_source.hpp"
#include "persistence/import/nsqd_import.hpp"
#include "persistence/message_store.hpp"
#include "persistence/store_names.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cafq {

/// Writes an import into a store as a broker would have: blocks of messages
/// with numbers of their topic that nobody had and nobody gets again. How far
/// each file of the source came is in the same transaction, so that an import
/// that was killed goes on where it was.
class store_target final : public import_target {
public:
  /// @param now_ns When it takes place.
  store_target(message_store& to, int64_t now_ns);

  void topic(const std::string& name, bool paused) override;
  void queue(const std::string& channel, bool paused) override;
  [[nodiscard]] uint64_t file(std::string id) override;
  void add(const nsqd::record& x) override;

  /// @throws storage_error `full` when there is no room for all of it: what is
  ///         in the store by then stays there.
  void end() override;

private:
  /// A message of the block in the making; its body is in `bodies_`.
  struct message {
    int64_t timestamp_ns = 0;
    uint16_t attempts = 0;
    size_t size = 0;
  };

  void close_block();
  void close_file();
  void write();

  message_store& to_;
  store_names names_;
  int64_t now_ns_;

  // -- where the next message goes --------------------------------------------

  std::string topic_;
  queue_id queue_ = 0;
  queue::number_source numbers_{0};
  uint64_t reserved_ = 0;
  std::string file_;
  uint64_t file_end_ = 0;

  // -- the block in the making ------------------------------------------------

  std::vector<message> messages_;
  std::string bodies_;

  // -- the next transaction ---------------------------------------------------

  std::vector<std::pair<queue_id, queue::block_ptr>> blocks_;
  size_t bytes_ = 0;
  std::vector<std::pair<std::string, uint64_t>> marks_;
};

} // namespace cafq
