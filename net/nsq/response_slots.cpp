#include "net/nsq/response_slots.hpp"

#include "net/protocol/errors.hpp"
#include "net/protocol/frame.hpp"

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
  bytes_ -= x.bytes();
  x.frames = frames;
  bytes_ += x.bytes();
}

void response_slots::wait(ticket t, protocol::command_name name) {
  if (!slots_.empty()) {
    auto& last = slots_.back();
    if (!last.done && last.waits_for == t && last.name == name) {
      ++last.count;
      return;
    }
  }
  add({t, 1, name, false, false, {}, false});
}

void response_slots::answer(std::string frames) {
  add({0, 1, {}, true, false, std::move(frames), true});
}

void response_slots::fail(const protocol::violation& x) {
  add({0, 1, {}, true, x.fatal, error_frame(x.text), true});
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
    bytes_ -= x.bytes();
    slots_.pop_front();
  }
  return true;
}

} // namespace cafq
