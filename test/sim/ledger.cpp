#include "test/sim/ledger.hpp"

#include "net/protocol/names.hpp"
#include "test/sim/trace.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include <fmt/core.h>

namespace cafq::sim {

using namespace std::chrono_literals;

namespace {

/// What a message may take from being taken to being on disk, beyond the
/// interval, while the disk and the timers are well.
constexpr queue::duration commits = 500ms;

} // namespace

ledger::ledger(const plan& of)
  : plan_(of),
    promise_(of.sync_interval + commits),
    msg_timeout_(of.msg_timeout),
    broke_(of.topics.size(), queue::time_point::min()),
    failed_(of.topics.size()) {
  // nop
}

// -- topics and channels ------------------------------------------------------

void ledger::channel_added(size_t topic, const std::string& name,
                           bool everything) {
  const auto known = channel_of(topic, name);
  if (known == channels_.size())
    channels_.push_back({.topic = topic,
                         .name = name,
                         .ephemeral = protocol::is_ephemeral(name)});
  channels_[known].first_owed = everything ? 0 : static_cast<index>(size());
  channels_[known].deleted = false;
}

size_t ledger::channel_of(size_t topic, const std::string& name) const {
  const auto i = std::find_if(
    channels_.begin(), channels_.end(),
    [&](const auto& x) { return x.topic == topic && x.name == name; });
  return static_cast<size_t>(i - channels_.begin());
}

void ledger::creating(size_t channel) {
  if (channel < channels_.size())
    channels_[channel].deleted = false;
}

void ledger::deleting(size_t channel) {
  channels_[channel].first_owed = nothing;
}

void ledger::check_names(size_t topic,
                         const std::vector<std::string>& found) const {
  for (const auto& x : channels_) {
    if (x.topic != topic || x.ephemeral)
      continue;
    const auto there = std::count(found.begin(), found.end(), x.name) > 0;
    if (!there && x.first_owed != nothing)
      throw violation{"I7", "channel " + x.name + " is gone after a start"};
    if (there && x.deleted)
      throw violation{"I7", "channel " + x.name + " is back after a start"};
  }
}

void ledger::emptying(size_t channel, const moment& now) {
  auto& at = channels_[channel];
  at.to_be_gone.clear();
  for (index i = 0; i < size(); ++i) {
    const auto& x = publications_[i];
    if (x.topic != at.topic)
      continue;
    copy_of(channel, i).excused = true;
    if (x.what == publication::answer::accepted && x.when.quiets < now.quiets)
      at.to_be_gone.push_back(i);
  }
}

void ledger::emptied(size_t channel, const moment& now) {
  auto& at = channels_[channel];
  for (index i = 0; i < size(); ++i)
    if (publications_[i].topic == at.topic)
      copy_of(channel, i).excused = true;
  for (const auto i : at.to_be_gone) {
    auto& x = copy_of(channel, i);
    x.what = fate::gone;
    x.was_gone_here = true;
    x.finished = now;
  }
  at.to_be_gone.clear();
}

void ledger::paused(size_t channel, const moment& now) {
  channels_[channel].paused = true;
  channels_[channel].paused_at = now.quiets;
}

void ledger::unpausing(size_t channel) {
  channels_[channel].paused = false;
}

// -- publishing ---------------------------------------------------------------

ledger::index
ledger::published(size_t topic, queue::duration delay, queue::time_point now) {
  publication x;
  x.topic = topic;
  x.sent = now;
  x.delay = delay;
  publications_.push_back(x);
  return static_cast<index>(size() - 1);
}

void ledger::accepted(index i, const moment& now) {
  auto& x = publications_[i];
  x.what = publication::answer::accepted;
  x.when = now;
  ++accepted_;
  // The answer may have been on its way when that happened.
  x.lost |= x.sent <= failed_[x.topic]
            && plan_.topics[x.topic].mode != config::sync_mode::always;
}

void ledger::refused(index i, std::string_view why) {
  // Nobody can tell then (docs/STORAGE.md, Sync modes), nor when the topic went
  // in between.
  const auto unclear = why.find("does not answer") != why.npos
                       || why.find("exiting") != why.npos
                       || why.find("EXITING") != why.npos;
  publications_[i].what = unclear ? publication::answer::unclear
                                  : publication::answer::refused;
}

std::string ledger::body_of(index i) {
  auto result = std::to_string(i) + " ";
  const auto dice = seed_for(i, "body");
  const auto size = dice % 256 == 0  ? 20'000 + dice / 256 % 100'000
                    : dice % 16 == 0 ? dice / 16 % 4000
                                     : dice / 16 % 200;
  for (size_t j = 0; j < size; ++j)
    result += static_cast<char>(dice + j * 7);
  return result;
}

// -- consuming ----------------------------------------------------------------

ledger::copy& ledger::copy_of(size_t channel, index i) {
  auto& all = channels_[channel].copies;
  if (all.size() <= i)
    all.resize(std::max<size_t>(i + 1, size()));
  return all[i];
}

std::string ledger::name_of(size_t channel, index i) const {
  const auto& at = channels_[channel];
  return fmt::format("message {} of channel {}/{}", i,
                     plan_.topics[at.topic].name, at.name);
}

/// Finds the message that has this body.
ledger::index ledger::identify(size_t channel, std::string_view body) const {
  index i = 0;
  const auto read = std::from_chars(body.data(), body.data() + body.size(), i);
  if (read.ec != std::errc{} || i >= size())
    throw violation{"I2", "a message that was never published"};
  if (body != body_of(i))
    throw violation{"I2", name_of(channel, i) + " was altered"};
  if (publications_[i].topic != channels_[channel].topic)
    throw violation{"I2", name_of(channel, i) + " is of another topic"};
  if (publications_[i].what == publication::answer::refused)
    throw violation{"I2", name_of(channel, i) + " was refused"};
  return i;
}

ledger::index
ledger::delivered(size_t channel, std::string_view body, uint16_t attempts,
                  const moment& now, bool prompt, size_t to) {
  ++deliveries_;
  const auto i = identify(channel, body);
  auto& at = channels_[channel];
  auto& x = copy_of(channel, i);
  const auto& from = publications_[i];
  const auto name = name_of(channel, i);
  if (now.time < from.sent + from.delay && clock_set_ < from.sent)
    throw violation{"I5", name + " was deferred, and came early"};
  if (x.what == fate::gone && !x.was_gone_here)
    throw violation{x.excused ? "I7" : "I3",
                    name + " came again after a start"};
  if (prompt) {
    check_order(at, x, attempts, name, now);
    x.not_before = now.quiet_since + msg_timeout_;
  }
  x.requeued = {};
  x.delivered = now.time;
  x.delivered_quiets = now.quiets;
  // One that was given it before may read it later.
  if (attempts >= x.attempts)
    x.holder = prompt ? std::optional{to} : std::nullopt;
  x.attempts = std::max(x.attempts, attempts);
  // What waited to be sent may have been taken before the FIN.
  if (prompt && x.what == fate::perhaps)
    x.what = fate::open;
  if (!std::exchange(x.came, true))
    ++at.came;
  return i;
}

void ledger::check_order(const channel_book& at, const copy& x,
                         uint16_t attempts, const std::string& name,
                         const moment& now) const {
  if ((x.what == fate::finished || x.what == fate::gone)
      && x.finished.quiets < now.quiets)
    throw violation{x.excused ? "I7" : "I3", name + " came again"};
  if (attempts <= x.floor)
    throw violation{"I4", fmt::format("{} came with attempts {}, {} were on "
                                      "disk",
                                      name, attempts, x.floor)};
  if (attempts <= x.attempts && x.delivered_quiets < now.quiets)
    throw violation{"I4", fmt::format("{} came with attempts {} after {}", name,
                                      attempts, x.attempts)};
  if (now.time < x.not_before)
    throw violation{"I5", fmt::format("{} came again {} ms early", name,
                                      (x.not_before - now.time) / 1ms)};
  if (at.paused && at.paused_at < now.quiets)
    throw violation{"I7", name + " came while the channel was paused"};
}

void ledger::finished(size_t channel, index i, const moment& now, size_t by) {
  auto& x = copy_of(channel, i);
  if (x.holder && *x.holder != by && x.delivered_quiets < now.quiets)
    throw violation{"I3", name_of(channel, i)
                            + " was finished by who did not have it any more"};
  if (x.what == fate::gone)
    return;
  x.what = fate::finished;
  x.finished = now;
}

void ledger::perhaps_finished(size_t channel, index i) {
  auto& x = copy_of(channel, i);
  if (x.what == fate::open)
    x.what = fate::perhaps;
}

void ledger::requeuing(size_t channel, index i, queue::time_point due) {
  auto& x = copy_of(channel, i);
  x.not_before = std::min(x.not_before, due);
}

void ledger::requeued(size_t channel, index i, uint16_t attempts,
                      queue::time_point due, queue::time_point now) {
  auto& x = copy_of(channel, i);
  if (x.attempts != attempts)
    return; // it has come again meanwhile
  // Rows tell the time by the wall clock.
  x.not_before = clock_set_ < now ? due : queue::time_point{};
  x.requeued = now;
}

// -- trouble ------------------------------------------------------------------

void ledger::trouble_until(queue::time_point when) {
  trouble_ = std::max(trouble_, when);
}

void ledger::clock_was_set(queue::time_point now) {
  clock_set_ = now;
  for (auto& at : channels_)
    for (auto& x : at.copies)
      x.not_before = {};
}

bool ledger::safe(queue::time_point then, queue::time_point now) const {
  return std::max(then, trouble_) + promise_ <= now;
}

void ledger::ended(bool clean, queue::time_point now) {
  for (auto& x : publications_)
    end(x, clean, now);
  for (auto& at : channels_) {
    at.came = 0;
    at.to_be_gone.clear();
    for (auto& x : at.copies)
      end(x, clean, now);
  }
}

void ledger::failed(size_t topic, queue::time_point now) {
  broke_[topic] = now;
  restarted(topic, now);
}

void ledger::restarted(size_t topic, queue::time_point now) {
  failed_[topic] = now;
  for (auto& x : publications_)
    if (x.topic == topic && x.what == publication::answer::accepted)
      end(x, false, now);
  for (auto& at : channels_)
    if (at.topic == topic)
      for (auto& x : at.copies) {
        const auto came = x.came;
        end(x, false, now);
        x.came = came;
      }
}

void ledger::end(publication& x, bool clean, queue::time_point now) const {
  using mode = config::sync_mode;
  if (x.what == publication::answer::none)
    x.what = publication::answer::unclear;
  if (x.what != publication::answer::accepted || x.durable || x.lost)
    return;
  const auto how = plan_.topics[x.topic].mode;
  x.durable = clean || how == mode::always
              || (how == mode::interval && safe(x.when.time, now));
  x.lost = !x.durable;
}

void ledger::end(copy& x, bool clean, queue::time_point now) const {
  x.came = false;
  x.was_gone_here = false;
  if (x.what == fate::finished)
    x.what = clean || safe(x.finished.time, now) ? fate::gone : fate::perhaps;
  if (clean || safe(x.delivered, now))
    x.floor = std::max(x.floor, x.attempts);
  x.attempts = 0;
  if (x.requeued == queue::time_point{} || !(clean || safe(x.requeued, now)))
    x.not_before = {};
}

// -- the end ------------------------------------------------------------------

void ledger::check_all_came() const {
  for (size_t c = 0; c < channels_.size(); ++c) {
    const auto& at = channels_[c];
    if (at.ephemeral)
      continue;
    for (auto i = at.first_owed; i < size(); ++i) {
      const auto& x = publications_[i];
      if (x.topic != at.topic || x.lost
          || x.what != publication::answer::accepted)
        continue;
      if (i < at.copies.size()
          && (at.copies[i].excused || at.copies[i].what != fate::open))
        continue;
      throw violation{"I1", name_of(c, i) + " is missing"};
    }
  }
}

} // namespace cafq::sim
