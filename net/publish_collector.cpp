#include "net/publish_collector.hpp"

#include "net/protocol/record.hpp"

#include <utility>

namespace cafq {

std::vector<publish_collector::group> publish_collector::take() {
  std::vector<group> result;
  result.reserve(groups_.size());
  for (auto& x : groups_) {
    close_block(x);
    result.push_back(std::move(static_cast<group&>(x)));
  }
  groups_.clear();
  return result;
}

void publish_collector::append_records(open_group& x,
                                       const protocol::mpub& command) {
  auto rest = command.records;
  x.bodies.reserve(x.bodies.size() + command.count);
  for (uint32_t i = 0; i < command.count; ++i)
    x.bodies.push_back(protocol::take_record(rest));
  x.bytes += command.body_bytes;
}

void publish_collector::close_block(open_group& x) const {
  for (auto& block : queue::make_blocks(x.bodies, timestamp_ns_))
    x.body->items.push_back({std::move(block), {}});
  x.bodies.clear();
}

} // namespace cafq
