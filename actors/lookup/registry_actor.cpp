#include "actors/lookup/registry_actor.hpp"

#include "actors/actor_support.hpp"
#include "actors/error.hpp"
#include "actors/lookup/registry_json.hpp"
#include "actors/unix_offset.hpp"
#include "config/go_duration.hpp"
#include "net/protocol/lookup_session.hpp"

#include <algorithm>
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

void registry_state::down(uint64_t connection) {
  const auto* x = all->find(connection);
  if (!x)
    return;
  log::info("DB: client({}) has gone, and what it registered",
            x->remote_address);
  if (const auto i = asked_.find(protocol::tcp_address_of(x->who));
      i != asked_.end())
    i->second.erase(connection);
  all->leave(connection);
}

// -- what is asked ------------------------------------------------------------

report_text_ptr registry_state::give(std::string text) {
  const auto is_long = text.size() > most_copied;
  if (is_long)
    text.shrink_to_fit();
  auto result = std::make_shared<report_text>(std::move(text));
  if (is_long)
    given_.add(result, most_text);
  return result;
}

caf::result<report_text_ptr> registry_state::answer(const request& x) {
  using enum request::kind;
  const auto now = self->clock().now();
  const auto given = [this](std::optional<std::string> text,
                            ec otherwise) -> caf::result<report_text_ptr> {
    if (!text)
      return caf::make_error(otherwise);
    return give(std::move(*text));
  };
  const auto done = [](bool well, ec why) -> caf::result<report_text_ptr> {
    if (!well)
      return caf::make_error(why);
    return report_text_ptr{};
  };
  switch (x.what) {
    case lookup:
      ++lookups_;
      return given(lookup_json(*all, x.topic, now), ec::no_such_topic);
    case topics:
      return give(topics_json(*all));
    case channels:
      return give(channels_json(*all, x.topic));
    case nodes:
      return given(nodes_json(*all, now), ec::too_long);
    case debug:
      return given(debug_json(*all, unix_offset_now()), ec::too_long);
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
      all->tombstone(x.topic, x.node, now);
      return report_text_ptr{};
  }
  return caf::make_error(ec::failed);
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
registry_keeper(counting_pointer<registry_actor, registry_state> self,
                const registry_limits& limits, const dialer_actor& dialer) {
  log_exceptions(self, "REGISTRY");
  self->state.dialer = dialer;
  self->state.all = std::make_unique<registry>(limits);
  self->set_down_handler(
    [self](const caf::down_msg& x) { self->state.down(x.source.id()); });
  return {
    [self](atom::put, const stat_actor& from, const commands_ptr& what) {
      return self->state.take(from, *what);
    },
    [self](atom::find, const request& x) { return self->state.answer(x); },
    [self](atom::stat) { return self->state.stat(); },
  };
}

} // namespace cafq::lookup
