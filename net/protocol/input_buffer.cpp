#include "net/protocol/input_buffer.hpp"

#include <algorithm>

namespace cafq::protocol {

namespace {

/// What a connection may hold on to while it has nothing to keep.
constexpr size_t idle_capacity = 4096;

} // namespace

void input_buffer::feed(std::string_view bytes) {
  keep();
  fed_ = bytes;
}

void input_buffer::consume(size_t n) noexcept {
  if (begin_ < own_.size())
    begin_ += n;
  else
    fed_.remove_prefix(n);
}

bool input_buffer::extend(size_t wanted) {
  if (begin_ == own_.size()) {
    keep();
    return false;
  }
  const auto size = own_.size() - begin_;
  const auto n = std::min(wanted - std::min(wanted, size), fed_.size());
  move_to_own(n);
  return n > 0;
}

bool input_buffer::extend_line(size_t max) {
  const auto newline = fed_.find('\n');
  const auto line_end = newline == std::string_view::npos ? fed_.size()
                                                          : newline + 1;
  return extend(std::min(max, own_.size() - begin_ + line_end));
}

void input_buffer::keep() {
  recycle();
  move_to_own(fed_.size());
}

void input_buffer::discard() noexcept {
  fed_ = {};
  begin_ = own_.size();
  recycle();
}

void input_buffer::recycle() noexcept {
  if (begin_ < own_.size())
    return;
  begin_ = 0;
  own_.clear();
  if (own_.capacity() > idle_capacity)
    std::vector<char>{}.swap(own_);
}

void input_buffer::move_to_own(size_t n) {
  if (n == 0)
    return;
  // Moving less than is already used up keeps the cost per byte constant.
  if (begin_ >= own_.size() - begin_) {
    own_.erase(own_.begin(), own_.begin() + static_cast<ptrdiff_t>(begin_));
    begin_ = 0;
  }
  own_.insert(own_.end(), fed_.begin(), fed_.begin() + n);
  fed_.remove_prefix(n);
}

} // namespace cafq::protocol
