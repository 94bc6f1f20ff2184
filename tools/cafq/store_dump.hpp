#pragma once

#include "persistence/store_reader.hpp"

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace cafq::tool {

/// Writes every unfinished message of a store as a line of JSON. Those of one
/// queue come in the order in which they were stored, the deferred ones last
/// and by due time.
class store_dump final : public store_visitor {
public:
  /// @param topic,channel Only of these, unless empty.
  store_dump(std::ostream& out, std::string topic, std::string channel);

  void topic(const topic_record& x) override;
  void channel(const channel_record& x) override;
  void block(queue_id queue, const stored_block& x) override;
  void deferred(queue_id queue, const deferred_message& x) override;
  void damaged(queue_id queue, const std::string& what) override;
  void set_aside(queue_id queue) override;
  void stray(queue_id queue) override;

  /// Returns how many damaged rows could not be written.
  [[nodiscard]] std::uint64_t damaged() const noexcept {
    return damaged_;
  }

private:
  struct owner {
    std::string topic;
    std::string channel;
  };

  void add(queue_id queue, owner x);
  [[nodiscard]] const owner* wanted(queue_id queue) const;
  void write(const owner& of, const queue::message_view& x,
             const std::int64_t* due_ns);

  std::ostream& out_;
  std::string topic_;
  std::string channel_;
  std::map<queue_id, owner> owners_;
  std::uint64_t damaged_ = 0;
};

} // namespace cafq::tool
