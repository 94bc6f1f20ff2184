#include "net/publish_packer.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace cafq {

publish_packer::publish_packer(http::publish what) : what_(std::move(what)) {
  start_over();
}

bool publish_packer::pack(int64_t arrived, queue::time_point now) {
  if (what_.failed)
    return true;
  std::vector<std::string_view> some;
  if (rest_)
    what_.failed = rest_->read(most_packed, some);
  else
    some.push_back(what_.message);
  messages_ += some.size();
  const auto delayed = what_.delay.count() > 0;
  const auto due = delayed ? now + what_.delay : queue::time_point{};
  for (auto& block : queue::make_blocks(some, arrived))
    body_->items.push_back({std::move(block), due});
  return !rest_ || rest_->done();
}

void publish_packer::start_over() {
  rest_ = what_.many;
  body_.reset(new batch);
  messages_ = 0;
}

} // namespace cafq
