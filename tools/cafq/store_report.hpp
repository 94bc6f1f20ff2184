#pragma once

#include "persistence/store_reader.hpp"

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace cafq::tool {

/// Counts what is in a store, per topic and channel, and collects what is
/// wrong with it.
class store_report final : public store_visitor {
public:
  /// What is on disk of one queue.
  struct totals {
    std::string topic;
    /// Empty for what the topic itself holds.
    std::string channel;
    bool paused = false;
    std::uint64_t blocks = 0;
    /// Unfinished ones in blocks.
    std::uint64_t messages = 0;
    std::uint64_t deferred = 0;
    /// Damaged rows, set aside or not.
    std::uint64_t damaged = 0;
    /// Bodies of `messages` and `deferred`.
    std::uint64_t bytes = 0;
  };

  void topic(const topic_record& x) override;
  void channel(const channel_record& x) override;
  void block(queue_id queue, const stored_block& x) override;
  void deferred(queue_id queue, const deferred_message& x) override;
  void damaged(queue_id queue, const std::string& what) override;
  void set_aside(queue_id queue) override;
  void stray(queue_id queue) override;

  /// Returns topics with their channels, by name.
  [[nodiscard]] std::vector<totals> queues() const;

  /// Returns how many rows are damaged, those set aside included.
  [[nodiscard]] std::uint64_t damaged() const noexcept {
    return damaged_;
  }

  /// Returns how many rows no topic or channel owns: the next start of the
  /// broker deletes them.
  [[nodiscard]] std::uint64_t orphaned() const noexcept;

  void print_table(std::ostream& out) const;

  [[nodiscard]] nlohmann::ordered_json to_json() const;

private:
  /// Those of no topic have rows without an owner.
  std::map<queue_id, totals> queues_;
  std::uint64_t damaged_ = 0;
  std::uint64_t set_aside_ = 0;
  std::uint64_t stray_ = 0;
  std::vector<std::string> problems_;
};

} // namespace cafq::tool
