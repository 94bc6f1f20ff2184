#include "net/httpd/publish_packer.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace cafq {

publish_packer::publish_packer(http::publish what) : what_(std::move(what)) {
  // nop
}

bool publish_packer::pack(int64_t arrived, queue::time_point now) {
  if (packed_ || what_.failed)
    return true;
  auto& many = what_.many;
  std::vector<std::string_view> some;
  if (many)
    what_.failed = many->read(most_packed, some);
  else
    some.push_back(what_.message);
  messages_ += some.size();
  const auto delayed = what_.delay.count() > 0;
  const auto due = delayed ? now + what_.delay : queue::time_point{};
  for (auto& block : queue::make_blocks(some, arrived)) {
    memory_ += memory_of({block, due});
    body_->items.push_back({std::move(block), due});
  }
  packed_ = !many || many->done();
  return packed_;
}

void publish_packer::again() {
  const auto before = std::exchange(body_, batch_ptr{new batch});
  for (const auto& x : before->items) {
    std::vector<std::string_view> bodies;
    for (size_t i = 0; i < x.body->count(); ++i)
      bodies.push_back(x.body->body(i));
    body_->items.push_back(
      {queue::block::make(bodies, x.body->timestamp_ns(0)), x.due});
  }
}

} // namespace cafq
