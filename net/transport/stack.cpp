#include "net/transport/stack.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace cafq::transport {

namespace {

/// What a connection may hold on to while it has nothing to keep.
constexpr size_t idle_capacity = 1024;

void release(std::vector<char>& x) {
  x.clear();
  if (x.capacity() > idle_capacity)
    std::vector<char>{}.swap(x);
}

} // namespace

void stack::push(std::unique_ptr<filter> x, std::string_view rest) {
  auto& added = layers_.emplace_back();
  added.codec = std::move(x);
  added.input.feed(rest);
  added.input.keep();
}

// -- receiving ----------------------------------------------------------------

void stack::feed(std::string_view wire) {
  layers_.front().input.feed(wire);
}

void stack::stash() {
  for (auto& x : layers_)
    x.input.keep();
  release(plain_);
  release(between_);
}

step stack::receive() {
  plain_.clear();
  auto result = step::more;
  while (result == step::more && plain_.size() < piece_size)
    result = receive_at(layers_.size() - 1, plain_);
  return plain_.empty() ? result : step::more;
}

step stack::receive_at(size_t level, std::vector<char>& plain) {
  auto& x = layers_[level];
  for (;;) {
    const auto result = x.codec->receive(x.input, plain, output_);
    if (result != step::hungry || level == 0)
      return result;
    between_.clear();
    const auto below = receive_at(level - 1, between_);
    if (below != step::more)
      return below;
    x.input.feed({between_.data(), between_.size()});
  }
}

const std::string& stack::error() const noexcept {
  const auto* result = &layers_.front().codec->error();
  for (const auto& x : layers_)
    if (!x.codec->error().empty())
      result = &x.codec->error();
  return *result;
}

// -- sending ------------------------------------------------------------------

bool stack::send(std::string_view frames) {
  if (closed_)
    return true;
  std::vector<char> encoded;
  for (auto i = layers_.size() - 1; i > 0; --i) {
    std::vector<char> next;
    if (!layers_[i].codec->send(frames, next))
      return false;
    encoded = std::move(next);
    frames = {encoded.data(), encoded.size()};
  }
  return layers_.front().codec->send(frames, output_);
}

void stack::close() {
  if (!std::exchange(closed_, true))
    layers_.front().codec->close(output_);
}

size_t stack::most_at_once() const noexcept {
  auto result = std::numeric_limits<size_t>::max();
  for (const auto& x : layers_)
    result = std::min(result, x.codec->most_at_once());
  return result;
}

// -- memory -------------------------------------------------------------------

void stack::shrink() {
  if (output_.empty())
    release(output_);
}

size_t stack::held() const noexcept {
  auto result = plain_.capacity() + between_.capacity() + output_.capacity();
  for (const auto& x : layers_)
    result += x.input.capacity();
  return result;
}

} // namespace cafq::transport
