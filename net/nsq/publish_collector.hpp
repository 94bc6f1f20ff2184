#pragma once

#include "actors/payloads.hpp"
#include "net/nsq/response_slots.hpp"
#include "net/protocol/command.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cafq {

/// Gathers the publishes of one socket read, so that each topic gets one actor
/// message with one block for all of them, however many there are.
class publish_collector {
public:
  /// What one topic is to be sent.
  struct group {
    std::string topic;
    ticket answer_to = 0;
    batch_ptr body;
    /// What that takes in memory.
    size_t bytes = 0;
  };

  /// Adds a message.
  /// @param lasting Whether the bytes stay where they are until `take`; those
  ///                that do not are copied at once.
  /// @param new_ticket Called when the topic has no group yet.
  /// @returns the ticket of the topic's group.
  template <class NewTicket>
  ticket add(std::string_view topic, std::string_view body, bool lasting,
             NewTicket&& new_ticket) {
    auto& x = open(topic, new_ticket);
    x.bodies.push_back(body);
    if (!lasting)
      close_block(x);
    return x.answer_to;
  }

  /// An MPUB comes: what is left of parts is of one that was not finished.
  void begin_mpub() noexcept {
    parts_.reset();
    part_bytes_ = 0;
  }

  /// Returns the bytes of memory that the parts take.
  [[nodiscard]] size_t part_bytes() const noexcept {
    return part_bytes_;
  }

  /// Copies messages of an MPUB that has more to come.
  void add(const protocol::mpub_part& x);

  /// Adds the messages of an MPUB, those of its parts included.
  template <class NewTicket>
  ticket
  add(const protocol::mpub& command, bool lasting, NewTicket&& new_ticket) {
    auto& x = open(command.topic, new_ticket);
    append_records(x, command);
    if (!lasting)
      close_block(x);
    return x.answer_to;
  }

  /// Adds a message that waits until `due`.
  template <class NewTicket>
  ticket defer(std::string_view topic, std::string_view body,
               queue::time_point due, NewTicket&& new_ticket) {
    auto& x = open(topic, new_ticket);
    close_block(x);
    x.body->items.push_back(
      {queue::block::make({&body, 1}, timestamp_ns_), due});
    return x.answer_to;
  }

  /// Sets the time of arrival of what is added from here on.
  void now(int64_t timestamp_ns) noexcept {
    timestamp_ns_ = timestamp_ns;
  }

  [[nodiscard]] bool empty() const noexcept {
    return used_ == 0;
  }

  /// Calls `use` with what was gathered, a group per topic. What it leaves of a
  /// group, the next read uses again.
  template <class F>
  void take(F&& use) {
    for (size_t i = 0; i < used_; ++i) {
      close_block(groups_[i]);
      groups_[i].bytes = memory_of(*groups_[i].body);
      use(static_cast<group&>(groups_[i]));
    }
    used_ = 0;
    tidy();
  }

private:
  struct open_group : group {
    /// Not in a block yet.
    std::vector<std::string_view> bodies;
  };

  template <class NewTicket>
  open_group& open(std::string_view topic, NewTicket& new_ticket) {
    for (size_t i = 0; i < used_; ++i)
      if (groups_[i].topic == topic)
        return groups_[i];
    if (used_ == groups_.size())
      groups_.emplace_back();
    auto& x = groups_[used_++];
    x.topic = topic;
    x.answer_to = new_ticket();
    x.body.reset(new batch);
    x.bytes = 0;
    return x;
  }

  void append_records(open_group& x, const protocol::mpub& command);

  void close_block(open_group& x) const;

  /// Gives back memory that a quiet client does not need.
  void tidy();

  /// The first `used_` are of this read, the others keep their memory.
  std::vector<open_group> groups_;
  size_t used_ = 0;
  int64_t timestamp_ns_ = 0;
  batch_ptr parts_;
  size_t part_bytes_ = 0;
};

} // namespace cafq
