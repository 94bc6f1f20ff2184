#include "actors/store.hpp"

#include "actors/actor_support.hpp"
#include "actors/metrics.hpp"
#include "actors/queue_storage.hpp"
#include "actors/unix_time.hpp"
#include "persistence/storage_error.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace cafq {

namespace {

/// How often to look at the room there is while commits succeed.
constexpr auto look_every = std::chrono::milliseconds{20};

/// How often to look for readers outside while there are commits, and while
/// there is such a reader; and to write about one.
constexpr auto watch_every = std::chrono::seconds{1};
constexpr auto watch_again = std::chrono::seconds{5};
constexpr auto tell_every = std::chrono::minutes{1};

/// How long commits may fail before a node that stops does so without them.
constexpr auto flush_patience = std::chrono::seconds{2};

/// Rows of dropped queues to delete between two commits.
constexpr size_t sweep_rows = 256;

/// Ends the process: after a failed fdatasync nothing may be acknowledged.
[[noreturn]] void die(const char* why) {
  log::fatal("STORE: {} - stopping at once, nothing more is acknowledged", why);
  std::_Exit(1);
}

/// How long commits took since the start.
struct commit_summary {
  /// How many were done in at most so long.
  uint64_t within_1_ms = 0;
  uint64_t within_10_ms = 0;
  uint64_t within_100_ms = 0;
  uint64_t total_us = 0;
};

commit_summary commit_times() {
  const auto all = metrics().commit.Collect().histogram;
  const auto within = [&](double seconds) {
    const auto i
      = std::find_if(all.bucket.begin(), all.bucket.end(),
                     [&](const auto& x) { return x.upper_bound >= seconds; });
    return i == all.bucket.end() ? 0 : i->cumulative_count;
  };
  return {within(0.001), within(0.01), within(0.1),
          static_cast<uint64_t>(all.sample_sum * 1e6)};
}

} // namespace

store_state::store_state(store_actor::pointer ptr) : self(ptr) {
  // nop
}

void store_state::use(std::shared_ptr<message_store> x,
                      std::shared_ptr<store_health> health) {
  disk = std::move(x);
  health_ = std::move(health);
  names_.emplace(*disk);
  commit_soon();
}

// -- queues -------------------------------------------------------------------

void store_state::keep(queue_id id, orders& x, const owner_actor& owner) {
  const auto messages = x.list.unplaced;
  carry_out(*disk, id, std::move(x.list));
  hand_over(x);
  if (messages > 0 || x.writing)
    when_durable([this, id, messages, owner, held = std::move(x.writing)] {
      if (messages > 0)
        self->send(owner, atom::kept_v, id, messages);
    });
  commit_soon();
}

void store_state::load(queue_id id, const queue::read_request& x,
                       const owner_actor& owner) {
  blocks_ptr result{new blocks};
  result->list = read_blocks(*disk, id, x);
  self->send(owner, atom::load_v, id, std::move(result));
}

void store_state::due(queue_id id, const queue::due_request& x,
                      const owner_actor& owner) {
  due_messages_ptr result{new due_messages};
  result->rows = read_due(*disk, id, x);
  self->send(owner, atom::due_v, id, std::move(result));
}

void store_state::fetch(queue_id id, const queue::body_request& x,
                        const owner_actor& owner) {
  bodies_ptr result{new bodies};
  result->list = read_bodies(*disk, id, x);
  self->send(owner, atom::fetch_v, id, std::move(result));
}

// -- names --------------------------------------------------------------------

store_names& store_state::names_for(const std::string& topic) {
  stage_appends(topic);
  return *names_;
}

// -- commits ------------------------------------------------------------------

void store_state::when_durable(std::function<void()> f) {
  waiting_.emplace_back(disk->staged(), std::move(f));
  commit_soon();
}

caf::result<atom::flush> store_state::flush() {
  stage_all();
  flushing_.emplace_back(self);
  auto result = flushing_.back().later();
  when_durable([this] {
    if (flushing_.empty())
      return; // given up
    flushing_.front().keep(atom::flush_v);
    flushing_.pop_front();
  });
  return result;
}

void store_state::commit() {
  if (const auto pause = schedule_.begin(self->clock().now())) {
    self->delayed_send(self, pause->length, atom::commit_v, pause->number);
    return;
  }
  stage_turn();
  schedule_.writing();
  try {
    write();
  } catch (const storage_error& ex) {
    if (ex.kind() != storage_failure::full)
      die(ex.what());
    schedule_.failed(self->clock().now());
    know(store_health::state::failing, std::string{"disk full: "} + ex.what());
    take_back_appends(health_->reason());
    give_up_flush();
    self->delayed_send(self, commit_schedule::retry_after, atom::commit_v);
  }
}

void store_state::commit_after(uint64_t pause) {
  if (pause == no_pause) {
    watching_ = false;
    watched_ = {};
    watch_readers();
  }
  if (schedule_.is_over(pause))
    commit();
}

void store_state::write() {
  const auto idle = disk->staged() == disk->durable();
  const auto begun = self->clock().now();
  const auto more = disk->commit();
  const auto now = self->clock().now();
  if (!idle) {
    metrics().commit.Observe(
      std::chrono::duration<double>{now - begun}.count());
    ++commits_;
    health_->committed();
  }
  // Behind what has come meanwhile, ahead of what the answers bring.
  if (schedule_.committed(now, now - begun))
    commit_soon();
  answer_durable();
  saved(now, now - begun);
  look();
  watch_readers();
  if (!more && sweeping_)
    sweeping_ = disk->sweep(sweep_rows);
  if (more || sweeping_ || !line_.empty())
    commit_soon();
}

void store_state::hand_over(const orders& x) {
  if (x.since == queue::time_point{})
    return;
  promised_.add(
    {disk->staged(), x.since, x.since + x.promise, self->clock().now()});
  show_oldest();
}

/// Makes known since when the oldest message waits for the disk.
void store_state::show_oldest() {
  const auto oldest = promised_.oldest();
  metrics().unsaved_since = oldest ? oldest->time_since_epoch().count() : 0;
}

/// Tells of messages that were later on disk than promised.
void store_state::saved(queue::time_point now, queue::duration commit_took) {
  const auto latest = promised_.kept(disk->durable(), now);
  show_oldest();
  if (!latest)
    return;
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  log::warn(
    "STORE: messages were on disk {} ms after they were published: they "
    "came here after {} ms, the commit took {} ms",
    duration_cast<milliseconds>(now - latest->since).count(),
    duration_cast<milliseconds>(latest->staged - latest->since).count(),
    duration_cast<milliseconds>(commit_took).count());
}

void store_state::watch_readers() {
  const auto now = self->clock().now();
  if (watched_ != queue::time_point{} && now - watched_ < watch_every)
    return;
  watched_ = now;
  const auto readers = disk->readers();
  auto& figures = metrics();
  if (const auto dead = static_cast<double>(disk->dead_readers());
      dead > figures.dead_readers.Value()) {
    log::warn(
      "STORE: a process died while it read the file; its pages are used "
      "again");
    figures.dead_readers.Increment(dead - figures.dead_readers.Value());
  }
  uint64_t most = 0;
  for (const auto& x : readers) {
    most = std::max(most, x.pages);
    if (x.pages == 0 || x.age < watch_every
        || (told_readers_ != queue::time_point{}
            && now - told_readers_ < tell_every))
      continue;
    told_readers_ = now;
    log::warn("STORE: process {} has been reading the file for {} s and holds "
              "back {} pages: it grows instead",
              x.process, x.age.count(), x.pages);
  }
  figures.readers.Set(static_cast<double>(readers.size()));
  figures.held_pages.Set(static_cast<double>(most));
  // Nothing else may come by to see it end.
  if (!readers.empty() && !std::exchange(watching_, true))
    self->delayed_send(self, watch_again, atom::commit_v, no_pause);
}

/// The node stops, and what it holds cannot be saved.
void store_state::give_up_flush() {
  if (flushing_.empty()
      || self->clock().now() - *schedule_.failing_since() < flush_patience)
    return;
  for (auto& x : std::exchange(flushing_, {}))
    x.fail(
      caf::make_error(ec::disk_full, std::to_string(disk->staged_messages())
                                       + " messages are not on disk"));
}

void store_state::look() {
  const auto now = self->clock().now();
  if (health_->ok() && now - looked_ < look_every && looked_ <= now)
    return;
  looked_ = now;
  auto why = disk->shortage();
  know(why.empty() ? store_health::state::ok : store_health::state::full, why);
}

void store_state::look_again() {
  looking_ = false;
  if (schedule_.failing_since())
    know(store_health::state::failing, health_->reason());
  else
    look();
}

void store_state::know(store_health::state x, const std::string& why) {
  using state = store_health::state;
  if (x != state::ok && !std::exchange(looking_, true))
    self->delayed_send(self, commit_schedule::retry_after, atom::tick_v);
  const auto before = health_->now();
  health_->set(x, why);
  if (before == x)
    return;
  if (x == state::ok)
    log::info("STORE: there is room again");
  else if (x == state::full)
    log::warn("STORE: no more messages - {}", why);
  else
    log::error("STORE: cannot write - {}; trying again", why);
}

actor_state store_state::situation() const {
  using enum actor_state;
  if (schedule_.failing_since())
    return store_failing;
  if (!health_->ok())
    return store_full;
  if (schedule_.pausing())
    return store_pausing;
  return disk->staged() == disk->durable() && line_.empty() ? store_idle
                                                            : store_committing;
}

actor_stat store_state::stat() const {
  const auto doing = situation();
  auto result = stat_of(self, doing, "store", 0);
  const auto now = self->clock().now();
  const auto failing = schedule_.failing_since();
  if (failing)
    result.in_state = now - *failing;
  if (!health_->ok())
    result.waits_for = awaited::outside(awaited::cause::disk,
                                        health_->reason());
  if (const auto oldest = promised_.oldest())
    result.ages.emplace_back("unsaved", now - *oldest);
  const auto room = disk->usage();
  const auto times = commit_times();
  result.figures = store_figures{
    .staged_bytes = disk->staged_bytes(),
    .commits = commits_,
    .commits_1ms = times.within_1_ms,
    .commits_10ms = times.within_10_ms,
    .commits_100ms = times.within_100_ms,
    .commit_us = times.total_us,
    .waiting = waiting_.size(),
    .file_bytes = room.file,
    .used_bytes = room.used,
    .usable_bytes = room.usable,
    .disk_bytes = room.disk,
    .available_bytes = room.available,
    .reserve_bytes = room.reserve,
    .limit_bytes = room.limit,
    .damaged_blocks = disk->damaged_blocks(),
    .full = health_->ok() ? 0U : 1U,
    .failing = failing ? 1U : 0U,
  };
  return result;
}

/// The message to ourselves comes behind all that is in the mailbox now, which
/// therefore shares one commit.
void store_state::commit_soon() {
  if (schedule_.want())
    self->send(self, atom::commit_v);
}

void store_state::answer_durable() {
  const auto mark = disk->durable();
  while (!waiting_.empty() && waiting_.front().first <= mark) {
    waiting_.front().second();
    waiting_.pop_front();
  }
}

namespace {

/// Answers a request once what it changed is on disk.
template <class T>
caf::result<T> durable(detached_pointer<store_actor, store_state> self, T x) {
  auto promise = std::make_shared<answer_promise<T>>(self);
  self->state.when_durable([promise, x] { promise->keep(x); });
  return promise->later();
}

/// Whoever asked did not know yet that it had been erased.
ec unknown(const std::string& channel) {
  return channel.empty() ? ec::no_such_topic : ec::no_such_channel;
}

} // namespace

store_actor::behavior_type
store(detached_pointer<store_actor, store_state> self,
      std::shared_ptr<message_store> disk,
      std::shared_ptr<store_health> health) {
  // An exception here means the disk or our picture of it is wrong.
  self->set_exception_handler([](std::exception_ptr& ptr) -> caf::error {
    try {
      std::rethrow_exception(ptr);
    } catch (const std::exception& ex) {
      die(ex.what());
    } catch (...) {
      die("unknown exception");
    }
  });
  self->state.use(std::move(disk), std::move(health));
  return {
    one_way(
      [self](atom::keep, queue_id id, const orders_ptr& x,
             const owner_actor& owner) { self->state.keep(id, *x, owner); }),
    one_way(
      [self](atom::load, queue_id id, const queue::read_request& x,
             const owner_actor& owner) { self->state.load(id, x, owner); }),
    one_way(
      [self](atom::due, queue_id id, const queue::due_request& x,
             const owner_actor& owner) { self->state.due(id, x, owner); }),
    one_way(
      [self](atom::fetch, queue_id id, const queue::body_request& x,
             const owner_actor& owner) { self->state.fetch(id, x, owner); }),
    [self](atom::peek, queue_id id,
           const queue::peek_rest& x) -> peek_page_ptr {
      return std::make_shared<queue::peek_page>(
        look_at_rest(*self->state.disk, id, x));
    },
    [self](atom::peek, queue_id id, const queue::body_request& x) {
      bodies_ptr result{new bodies};
      result->list = read_bodies(*self->state.disk, id, x);
      return result;
    },
    one_way(
      [self](atom::append, const append_ptr& x, const appender_actor& from) {
        self->state.append(x, from);
      }),
    [self](atom::topic, const std::string& topic, uint64_t reserved) {
      return durable(self, self->state.names_for(topic).add_topic(
                             topic, reserved, unix_time_ns()));
    },
    [self](atom::channel, const std::string& topic, const std::string& channel,
           bool first) -> caf::result<queue_ids> {
      auto& names = self->state.names_for(topic);
      if (const auto ids = names.add_channel(topic, channel, first,
                                             unix_time_ns()))
        return durable(self, *ids);
      return ec::no_such_topic;
    },
    [self](atom::reserve, const std::string& topic,
           uint64_t mark) -> caf::result<uint64_t> {
      if (self->state.names_for(topic).reserve(topic, mark))
        return durable(self, mark);
      return ec::no_such_topic;
    },
    [self](atom::erase, const std::string& topic) {
      if (self->state.names_for(topic).erase_topic(topic))
        self->state.sweep_soon();
      return durable(self, atom::erase_v);
    },
    [self](atom::erase, const std::string& topic, const std::string& channel) {
      if (self->state.names_for(topic).erase_channel(topic, channel))
        self->state.sweep_soon();
      return durable(self, atom::erase_v);
    },
    [self](atom::pause, const std::string& topic, const std::string& channel,
           bool on) -> caf::result<atom::pause> {
      if (self->state.names_for(topic).pause(topic, channel, on))
        return durable(self, atom::pause_v);
      return unknown(channel);
    },
    [self](atom::empty, const std::string& topic, const std::string& channel,
           const owner_actor& owner) -> caf::result<atom::empty> {
      const auto id = self->state.names_for(topic).empty(topic, channel);
      if (!id)
        return unknown(channel);
      self->state.sweep_soon();
      self->send(owner, atom::empty_v, *id);
      return durable(self, atom::empty_v);
    },
    [self](atom::recover, const std::string& topic) {
      // What is appended is its queues' as well.
      return self->state.names_for(topic).find(topic);
    },
    [self](atom::flush) { return self->state.flush(); },
    [self](atom::stat) { return self->state.stat(); },
    one_way([self](atom::commit) { self->state.commit(); }),
    one_way([self](atom::commit, uint64_t pause) {
      self->state.commit_after(pause);
    }),
    one_way([self](atom::tick) { self->state.look_again(); }),
  };
}

std::vector<recovered_topic> recover(message_store& disk) {
  return store_names{disk}.all();
}

} // namespace cafq
