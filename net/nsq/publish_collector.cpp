#include "net/nsq/publish_collector.hpp"

#include "net/protocol/record.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cafq {

namespace {

/// Topics and messages of a read whose memory waits for the next one.
constexpr size_t kept_groups = 2;
constexpr size_t kept_bodies = 16;

void take_records(std::vector<std::string_view>& to, std::string_view records,
                  uint32_t count) {
  to.reserve(to.size() + count);
  for (uint32_t i = 0; i < count; ++i)
    to.push_back(protocol::take_record(records));
}

} // namespace

void publish_collector::add(const protocol::mpub_part& x) {
  if (!parts_)
    parts_.reset(new batch);
  std::vector<std::string_view> bodies;
  take_records(bodies, x.records, x.count);
  for (auto& block : queue::make_blocks(bodies, timestamp_ns_)) {
    part_bytes_ += memory_of({block, {}});
    parts_->items.push_back({std::move(block), {}});
  }
}

void publish_collector::append_records(open_group& x,
                                       const protocol::mpub& command) {
  if (const auto parts = std::exchange(parts_, nullptr)) {
    close_block(x);
    std::move(parts->items.begin(), parts->items.end(),
              std::back_inserter(x.body->items));
    part_bytes_ = 0;
  }
  take_records(x.bodies, command.records, command.count);
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
