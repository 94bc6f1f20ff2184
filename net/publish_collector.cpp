#include "net/publish_collector.hpp"

#include "net/protocol/record.hpp"

#include <utility>

namespace cafq {

namespace {

/// Topics and messages of a read whose memory waits for the next one.
constexpr size_t kept_groups = 2;
constexpr size_t kept_bodies = 16;

} // namespace

void publish_collector::append_records(open_group& x,
                                       const protocol::mpub& command) {
  auto rest = command.records;
  x.bodies.reserve(x.bodies.size() + command.count);
  for (uint32_t i = 0; i < command.count; ++i)
    x.bodies.push_back(protocol::take_record(rest));
  x.bytes += command.body_bytes;
}

void publish_collector::close_block(open_group& x) const {
  if (x.bodies.size() == 1)
    x.body->items.push_back({queue::block::make(x.bodies, timestamp_ns_), {}});
  else
    for (auto& block : queue::make_blocks(x.bodies, timestamp_ns_))
      x.body->items.push_back({std::move(block), {}});
  x.bodies.clear();
}

void publish_collector::tidy() {
  if (groups_.size() > kept_groups)
    groups_.resize(kept_groups);
  for (auto& x : groups_)
    if (x.bodies.capacity() > kept_bodies)
      x.bodies = std::vector<std::string_view>();
}

} // namespace cafq
