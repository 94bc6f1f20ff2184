#include "net/nsq/response_slots.hpp"

#include "net/protocol/contract.hpp"
#include "net/protocol/errors.hpp"
#include "net/protocol/frame.hpp"

#include <cassert>
#include <utility>

namespace cafq {

namespace {

std::string error_frame(std::string_view text) {
  std::vector<char> result;
  if (!text.empty())
    protocol::append_error(result, text);
  return {result.begin(), result.end()};
}

} // namespace

void response_slots::add(slot x) {
  bytes_ += x.bytes();
  slots_.push_back(std::move(x));
}

void response_slots::finish(slot& x, std::string_view frames) {
  x.done = x.has_frames = true;
  take_off(bytes_, x.bytes());
  x.frames = frames;
  bytes_ += x.bytes();
}

bool response_slots::invariant() const {
  size_t bytes = 0;
  for (const auto& x : slots_) {
    bytes += x.bytes();
    if (!x.done && (x.waits_for == 0 || x.has_frames || x.fatal))
      return false;
  }
  return bytes == bytes_;
}

void response_slots::wait(ticket t, protocol::command_name name) {
  assert(t != 0);
  if (!slots_.empty()) {
    auto& last = slots_.back();
    if (!last.done && last.waits_for == t && last.name == name) {
      ++last.count;
      return;
    }
  }
  slot x;
  x.waits_for = t;
  x.name = name;
  add(std::move(x));
}

void response_slots::answer(std::string frames) {
  slot x;
  x.done = x.has_frames = true;
  x.frames = std::move(frames);
  add(std::move(x));
}

void response_slots::fail(const protocol::violation& why) {
  slot x;
  x.done = x.has_frames = true;
  x.fatal = why.fatal;
  x.frames = error_frame(why.text);
  add(std::move(x));
}

void response_slots::resolve(ticket t) {
  for (auto& x : slots_)
    if (!x.done && x.waits_for == t)
      x.done = true;
}

void response_slots::resolve(ticket t, std::string_view frames) {
  for (auto& x : slots_)
    if (!x.done && x.waits_for == t)
      finish(x, frames);
}

void response_slots::fail(ticket t, const protocol::violation& why) {
  for (auto& x : slots_) {
    if (!x.done && x.waits_for == t) {
      x.fatal = why.fatal;
      finish(x, error_frame(why.text));
    }
  }
}

void response_slots::refuse(ticket t, std::string_view reason) {
  for (auto& x : slots_) {
    if (!x.done && x.waits_for == t) {
      x.fatal = true;
      finish(x, error_frame(protocol::pub_failed(x.name, reason).text));
    }
  }
}

bool response_slots::drain(std::vector<char>& out) {
  while (!slots_.empty() && slots_.front().done) {
    const auto& x = slots_.front();
    if (x.has_frames)
      protocol::append(out, x.frames);
    else
      for (uint32_t i = 0; i < x.count; ++i)
        protocol::append(out, protocol::ok_frame);
    if (x.fatal) {
      slots_.clear();
      bytes_ = 0;
      return false;
    }
    take_off(bytes_, x.bytes());
    slots_.pop_front();
  }
  return true;
}

} // namespace cafq
