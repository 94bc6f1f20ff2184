#include "actors/lookup/registry_actor.hpp"

#include "actors/actor_support.hpp"
#include "actors/client_memory.hpp"
#include "actors/error.hpp"
#include "actors/unix_offset.hpp"
#include "config/go_duration.hpp"
#include "net/protocol/lookup_session.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

namespace cafq::lookup {

namespace {

/// Texts of answers that clients have not read to the end, and the longest of
/// which a connection makes a copy.
constexpr size_t most_text = most_json;
constexpr size_t most_copied = size_t{64} * 1024;

/// Names and registrations in an answer that is written at once, and in a step
/// of a long one: a millisecond or two.
constexpr size_t most_at_once = 5000;
constexpr size_t most_in_a_step = 2000;

constexpr auto heap_interval = std::chrono::seconds{10};

} // namespace

registry_state::registry_state(registry_actor::pointer ptr) : self(ptr) {
  // nop
}

// -- what nodes say -----------------------------------------------------------

outcome registry_state::take(const stat_actor& from, const commands& what) {
  outcome result;
  const auto now = self->clock().now();
  for (size_t i = 0; i < what.list.size(); ++i)
    if (!execute(from, what.remote_address, what.list[i], now))
      result.refused.push_back(i);
  commands_ += what.list.size();
  refused_ += result.refused.size();
  return result;
}

/// @returns whether there was room for it.
bool registry_state::execute(const stat_actor& from,
                             const std::string& remote_address,
                             const protocol::lookup_command& x,
                             time_point now) {
  const auto id = producer_id{from.id()};
  if (const auto* what = std::get_if<protocol::lookup_registration>(&x)) {
    if (log::enabled(log::level::debug))
      log::debug("DB: client({}) {} topic:{} channel:{}", remote_address,
                 what->exists ? "REGISTER" : "UNREGISTER", what->topic,
                 what->channel);
    if (what->exists)
      return all->add(id, what->topic, what->channel);
    all->withdraw(id, what->topic, what->channel);
    return true;
  }
  if (const auto* who = std::get_if<protocol::lookup_identity>(&x)) {
    if (!all->identify(id, *who, remote_address, now))
      return false;
    // Tells at once if it has gone meanwhile.
    self->monitor(from);
    log::info("CLIENT({}): IDENTIFY Address:{} TCP:{} HTTP:{} Version:{}",
              remote_address, who->broadcast_address, who->tcp_port,
              who->http_port, who->version);
    dial_back(*all->find(id));
    return true;
  }
  if (const auto* known = all->find(id)) {
    log::debug("CLIENT({}): pinged (last ping {})", remote_address,
               config::to_go_duration(now - known->last_update));
    // It may be better by now.
    if (!known->unreachable.empty())
      dial_back(*known);
  }
  all->ping(id, now);
  return true;
}

/// Has the address tried that a node announces.
void registry_state::dial_back(const producer& x) {
  if (!dialer)
    return;
  const auto address = protocol::tcp_address_of(x.who);
  if (address.empty()) {
    all->note(x.id, "no host and port");
    return;
  }
  const auto [i, is_new] = asked_.try_emplace(address);
  i->second.insert(x.id);
  if (!is_new)
    return;
  self->request(dialer, caf::infinite, atom::find_v, address)
    .then(
      [this, address](const std::string& why_not) { dialed(address, why_not); },
      [](const caf::error&) {
        // The process stops.
      });
}

void registry_state::dialed(const std::string& address,
                            const std::string& why_not) {
  const auto whom = asked_.extract(address);
  for (const auto id : whom.mapped())
    all->note(id, why_not);
}

void registry_state::down(const caf::actor_addr& connection) {
  forget(connection);
  const auto* x = all->find(connection.id());
  if (!x)
    return;
  log::info("DB: client({}) has gone, and what it registered",
            x->remote_address);
  if (const auto i = asked_.find(protocol::tcp_address_of(x->who));
      i != asked_.end())
    i->second.erase(x->id);
  all->leave(x->id);
}

// -- what is asked ------------------------------------------------------------

caf::result<report_text_ptr> registry_state::answer(const request& x) {
  using enum request::kind;
  const auto done = [](bool well, ec why) -> caf::result<report_text_ptr> {
    if (!well)
      return caf::make_error(why);
    return report_text_ptr{};
  };
  switch (x.what) {
    case lookup:
      ++lookups_;
      if (!all->has_topic(x.topic))
        return caf::make_error(ec::no_such_topic);
      return tell(x);
    case topics:
    case channels:
    case nodes:
    case debug:
      return tell(x);
    case create_topic:
    case create_channel:
      log::info("DB: adding topic({}) channel({})", x.topic, x.channel);
      return done(all->create(x.topic, x.channel), ec::too_many_topics);
    case erase_topic:
      log::info("DB: removing topic({})", x.topic);
      all->erase(x.topic);
      return report_text_ptr{};
    case erase_channel:
      log::info("DB: removing channel({}) from topic({})", x.channel, x.topic);
      return done(all->erase(x.topic, x.channel), ec::no_such_channel);
    case tombstone:
      log::info("DB: setting tombstone for producer@{} of topic({})", x.node,
                x.topic);
      all->tombstone(x.topic, x.node, self->clock().now());
      return report_text_ptr{};
  }
  return caf::make_error(ec::failed);
}

caf::result<report_text_ptr> registry_state::tell(const request& x) {
  if (extent(*all, x) > most_at_once)
    return tell_later(x);
  const auto writer = write_json(x, self->clock().now(), unix_offset_now());
  while (writer->write(*all, most_at_once))
    ;
  auto text = std::move(*writer).text();
  if (!text)
    return caf::make_error(ec::too_long);
  return give(std::move(*text));
}

report_text_ptr registry_state::give(std::string text) {
  const auto is_long = text.size() > most_copied;
  if (is_long)
    text.shrink_to_fit();
  auto result = std::make_shared<report_text>(std::move(text));
  if (is_long)
    given_.add(result, most_text);
  return result;
}

// -- long answers -------------------------------------------------------------

caf::result<report_text_ptr> registry_state::tell_later(const request& x) {
  // The promise takes it along.
  auto from = caf::actor_cast<caf::actor_addr>(self->current_sender());
  answer_promise<report_text_ptr> promise{self};
  auto result = promise.later();
  // Whoever goes needs no answer.
  self->monitor(from);
  waiting_.push_back({x, std::move(promise), std::move(from)});
  start_next();
  return result;
}

/// Begins with the answer to the first who waits, and to all who want the same.
void registry_state::start_next() {
  if (writer_ || waiting_.empty())
    return;
  const auto what = waiting_.front().what;
  for (auto& x : std::exchange(waiting_, {}))
    if (x.what == what)
      served_.push_back(std::move(x));
    else
      waiting_.push_back(std::move(x));
  writer_ = write_json(what, self->clock().now(), unix_offset_now());
  self->send(self, atom::resume_v);
}

void registry_state::write() {
  if (!served_.empty() && writer_->write(*all, most_in_a_step))
    self->send(self, atom::resume_v);
  else
    written();
}

/// What was being written is done, or nobody wants it any more.
void registry_state::written() {
  if (const auto writer = std::exchange(writer_, nullptr); !served_.empty()) {
    auto text = std::move(*writer).text();
    const auto given = text ? give(std::move(*text)) : nullptr;
    for (auto& x : std::exchange(served_, {})) {
      self->demonitor(x.from);
      if (given)
        x.answer_to.keep(given);
      else
        x.answer_to.fail(ec::too_long);
    }
  }
  start_next();
}

void registry_state::forget(const caf::actor_addr& who) {
  const auto is_it = [&](const question& x) {
    return x.from == who;
  };
  std::erase_if(waiting_, is_it);
  std::erase_if(served_, is_it);
}

void registry_state::tick() {
  heap_.look(all->bytes() + client_memory::bytes_in_memory());
  self->delayed_send(self, heap_interval, atom::tick_v);
}

actor_stat registry_state::stat() const {
  const auto nodes = all->producers();
  const auto unreachable
    = std::count_if(nodes.begin(), nodes.end(),
                    [](const auto* x) { return !x->unreachable.empty(); });
  auto result = stat_of(self, actor_state::registry_ready, "registry", 0);
  result.figures = registry_figures{
    .topics = all->topic_count(),
    .channels = all->channel_count(),
    .producers = nodes.size(),
    .unreachable = static_cast<uint64_t>(unreachable),
    .registrations = all->registration_count(),
    .bytes = all->bytes(),
    .commands = commands_,
    .refused = refused_,
    .lookups = lookups_,
  };
  return result;
}

registry_actor::behavior_type
registry_keeper(detached_pointer<registry_actor, registry_state> self,
                const registry_limits& limits, const dialer_actor& dialer) {
  log_exceptions(self, "REGISTRY");
  self->state.dialer = dialer;
  self->state.all = std::make_unique<registry>(limits);
  self->state.tick();
  self->set_down_handler(
    [self](const caf::down_msg& x) { self->state.down(x.source); });
  return {
    [self](atom::put, const stat_actor& from, const commands_ptr& what) {
      return self->state.take(from, *what);
    },
    [self](atom::find, const request& x) { return self->state.answer(x); },
    [self](atom::stat) { return self->state.stat(); },
    [self](atom::resume) { self->state.write(); },
    [self](atom::tick) { self->state.tick(); },
  };
}

} // namespace cafq::lookup
