#include "actors/backup.hpp"

#include "actors/actor_support.hpp"
#include "persistence/message_store.hpp"
#include "persistence/storage_error.hpp"
#include "persistence/store_copy.hpp"

#include <chrono>
#include <utility>

namespace cafq {

namespace {

constexpr size_t piece_size = size_t{256} << 10;

constexpr auto look_every = std::chrono::milliseconds{200};

/// How long the STORE may take for what it has to write.
constexpr auto flush_patience = std::chrono::seconds{10};

} // namespace

backup_state::backup_state(backup_actor::pointer ptr) : self(ptr) {
  // nop
}

backup_state::~backup_state() = default;

caf::result<atom::backup> backup_state::start(uint64_t max_growth) {
  if (client_)
    return ec::backup_runs;
  client_ = caf::actor_cast<caf::actor_addr>(self->current_sender());
  self->monitor(client_);
  max_growth_ = max_growth;
  bytes_ = 0;
  answer_ = answer_promise<atom::backup>{self};
  auto result = answer_.later();
  self->request(store, flush_patience, atom::flush_v)
    .then(
      [this, who = client_](atom::flush) {
        if (client_ == who)
          start_copy();
      },
      [this, who = client_](const caf::error& why) {
        if (client_ == who)
          give_up(reason(why));
      });
  return result;
}

void backup_state::start_copy() {
  try {
    copy_ = disk->copy();
  } catch (const storage_error& x) {
    give_up(x.what());
    return;
  }
  log::info("BACKUP: begins");
  if (!std::exchange(looking_, true))
    self->delayed_send(self, look_every, atom::tick_v);
  answer_.keep(atom::backup_v);
}

/// It does not even begin.
void backup_state::give_up(const std::string& why) {
  log::warn("BACKUP: did not begin - {}", why);
  answer_.fail(caf::make_error(ec::backup_failed, why));
  finish();
}

caf::result<text_ptr> backup_state::next() {
  if (!copy_ || client_ != self->current_sender())
    return caf::make_error(ec::backup_failed, std::string{"none is under way"});
  look();
  try {
    auto piece = std::make_shared<std::string>(copy_->read(piece_size));
    bytes_ += piece->size();
    if (piece->empty()) {
      log::info("BACKUP: done, {} bytes", bytes_);
      ++taken_;
      finish();
    }
    return text_ptr{std::move(piece)};
  } catch (const storage_error& x) {
    log::warn("BACKUP: broken off after {} bytes - {}", bytes_, x.what());
    ++broken_off_;
    finish();
    return caf::make_error(ec::backup_failed, std::string{x.what()});
  }
}

/// Breaks it off when it costs too much.
void backup_state::look() {
  if (const auto grown = copy_->growth(); grown > max_growth_)
    copy_->cancel("the store's file has grown by " + std::to_string(grown)
                  + " bytes meanwhile, more than "
                  + std::to_string(max_growth_));
  else if (health->now() == store_health::state::failing)
    copy_->cancel("the disk has no room for a file that grows: "
                  + std::string{health->reason()});
}

void backup_state::down(const caf::actor_addr& who) {
  if (!client_ || client_ != who)
    return;
  if (copy_) {
    log::warn("BACKUP: broken off after {} bytes - the client is gone", bytes_);
    ++broken_off_;
  }
  finish();
}

void backup_state::tick() {
  looking_ = copy_ != nullptr;
  if (!looking_)
    return;
  look();
  self->delayed_send(self, look_every, atom::tick_v);
}

void backup_state::finish() {
  copy_.reset();
  self->demonitor(client_);
  client_ = nullptr;
}

actor_stat backup_state::stat() const {
  auto result = stat_of(
    self, client_ ? actor_state::backup_copying : actor_state::backup_idle,
    "backup", 0);
  result.figures = backup_figures{
    .taken = taken_,
    .broken_off = broken_off_,
    .bytes = bytes_,
  };
  return result;
}

backup_actor::behavior_type
backup(detached_pointer<backup_actor, backup_state> self,
       const store_actor& store, std::shared_ptr<message_store> disk,
       std::shared_ptr<const store_health> health) {
  log_exceptions(self, "BACKUP");
  self->state.store = store;
  self->state.disk = std::move(disk);
  self->state.health = std::move(health);
  self->set_down_handler(
    [self](const caf::down_msg& x) { self->state.down(x.source); });
  return {
    [self](atom::backup, uint64_t max_growth) {
      return self->state.start(max_growth);
    },
    [self](atom::load) { return self->state.next(); },
    [self](atom::stat) { return self->state.stat(); },
    one_way([self](atom::tick) { self->state.tick(); }),
  };
}

} // namespace cafq
