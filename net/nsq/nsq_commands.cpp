#include "actors/error.hpp"
#include "config/log.hpp"
#include "net/nsq/nsq_connection.hpp"
#include "net/protocol/errors.hpp"
#include "net/protocol/frame.hpp"
#include "net/protocol/utf8.hpp"

#include <caf/sec.hpp>

#include <algorithm>
#include <chrono>
#include <type_traits>
#include <utility>

namespace cafq {

using protocol::command_name;

namespace {

/// How often SUB tries again when its channel goes away under its hands, which
/// ephemeral ones do.
constexpr int subscribe_tries = 3;

/// How long a new topic or channel may take: its name has to be on disk first,
/// behind what was there before. As long as the disk gets on with that, a name
/// may take so many times as long.
constexpr auto patience = std::chrono::seconds{5};
constexpr int most_waits = 6;

/// Why a request to a topic or channel came to nothing, for the client.
std::string reason_for(const caf::error& why, const store_health& disk) {
  if (why == caf::sec::request_timeout)
    return std::string{disk.why_late()};
  if (why == ec::too_many_topics || why == ec::too_many_channels
      || why == ec::failed)
    return render(why);
  return std::string{protocol::exiting};
}

/// What a put costs the node beside its batch; keeps a client of tiny publishes
/// within its window.
constexpr size_t put_overhead = 128;

} // namespace

std::string response_frame(std::string_view data) {
  std::vector<char> result;
  protocol::append_response(result, data);
  return {result.begin(), result.end()};
}

// -- negotiation --------------------------------------------------------------

void connection_state::on(const protocol::identify& x) {
  log::info("[{}] IDENTIFY: {}", socket.peer(), protocol::excerpt(x.body));
  auto result = protocol::negotiate(x.body, settings->server, client);
  if (const auto* bad = std::get_if<protocol::violation>(&result)) {
    violate(*bad);
    return;
  }
  const auto& reply = std::get<protocol::identify_reply>(result);
  if (!may_upgrade(reply)) {
    violate(protocol::identify_failed("already upgraded"));
    return;
  }
  session.set_heartbeats(client.heartbeat_interval.count() > 0);
  if (!std::exchange(identified, true)) {
    delivery_terms = {client.msg_timeout, client.sample_rate, {}};
    heartbeat_every = client.heartbeat_interval;
    next_heartbeat = self->clock().now() + heartbeat_every;
    arm();
  }
  delivery_terms.touch_timeout = client.msg_timeout;
  slots.answer(response_frame(reply.data));
  agree_on(reply);
}

// -- consuming ----------------------------------------------------------------

void connection_state::on(const protocol::sub& x) {
  const auto again = [&] {
    return [this, topic = std::string{x.topic},
            channel_name = std::string{x.channel}] {
      on(protocol::sub{topic, channel_name});
    };
  };
  if (settings->authorizer
      && !permitted(command_name::sub, x.topic, x.channel, again))
    return;
  session.subscribe();
  due = nsq_answer::subscription;
  subscribing = slots.new_ticket();
  slots.wait(subscribing, command_name::sub);
  subscribe(std::string{x.topic}, std::string{x.channel}, subscribe_tries,
            most_waits);
}

/// Finds topic, then channel, then becomes its consumer.
void connection_state::subscribe(const std::string& topic,
                                 const std::string& id, int tries, int waits) {
  const auto commits = settings->health->commits();
  auto fail = [=, this](const caf::error& why) {
    unsubscribed(topic, id, why, tries - 1);
  };
  auto late = [=, this](const caf::error& why) {
    if (is_getting_on(why, commits) && waits > 1)
      subscribe(topic, id, tries, waits - 1);
    else
      fail(why);
  };
  self->request(node, patience, atom::topic_v, topic)
    .then(
      [=, this](const topic_actor& found) {
        self->request(found, patience, atom::channel_v, id)
          .then(
            [=, this](const channel_actor& to) {
              self
                ->request(to, patience, atom::sub_v, client_actor{self},
                          terms())
                .then([=, this](atom::sub) { subscribed(to); }, fail);
            },
            late);
      },
      late);
}

subscription connection_state::terms() const {
  auto result = delivery_terms;
  result.who = socket.peer();
  if (!client.client_id.empty())
    result.who += " " + client.client_id;
  return result;
}

/// Whether a name is not on disk yet, which has written other things since.
bool connection_state::is_getting_on(const caf::error& why,
                                     uint64_t commits) const {
  return why == caf::sec::request_timeout
         && settings->health->commits() != commits
         && phase != nsq_phase::closed;
}

void connection_state::subscribed(const channel_actor& to) {
  channel = to;
  watch(channel, true);
  slots.resolve(subscribing);
  due = nsq_answer::none;
  answer();
  run();
}

void connection_state::unsubscribed(const std::string& topic,
                                    const std::string& id,
                                    const caf::error& why, int tries) {
  if (phase == nsq_phase::closed)
    return;
  if (why == ec::too_many_consumers) {
    const auto limit = static_cast<int>(settings->max_channel_consumers);
    fail_subscribe(protocol::too_many_consumers(topic, id, limit));
  } else if (why == caf::sec::request_timeout || why == ec::too_many_topics
             || why == ec::too_many_channels || why == ec::failed) {
    fail_subscribe(protocol::sub_failed(reason_for(why, *settings->health)));
  } else if (tries > 0) {
    subscribe(topic, id, tries, most_waits);
  } else {
    fail_subscribe(protocol::sub_failed(protocol::being_deleted));
  }
}

void connection_state::fail_subscribe(const protocol::violation& x) {
  log_error(x.text);
  slots.fail(subscribing, x);
  due = nsq_answer::none;
  end_input();
  answer();
}

void connection_state::on(const protocol::rdy& x) {
  settlings.set_ready_count(static_cast<size_t>(x.count));
}

void connection_state::on(const protocol::cls&) {
  session.close();
  settlings.set_ready_count(0);
  settle_before_answer();
  slots.answer(std::string{protocol::close_wait_frame});
}

void connection_state::on(const protocol::nop&) {
  // It came, which is all it is for.
}

// -- settling -----------------------------------------------------------------

void connection_state::on(const protocol::fin& x) {
  if (auto number = own_number(x.id))
    settlings.finish(*number);
  else
    fail_settling(protocol::fin_failed(x.id, protocol::not_in_flight));
}

void connection_state::on(const protocol::req& x) {
  if (x.clamped)
    log::info("[{}] REQ timeout out of range, clamped to {} ms", socket.peer(),
              x.delay.count() / 1000000);
  if (auto number = own_number(x.id))
    settlings.requeue(*number, x.delay);
  else
    fail_settling(protocol::req_failed(x.id, protocol::not_in_flight));
}

void connection_state::on(const protocol::touch& x) {
  if (auto number = own_number(x.id))
    settlings.touch(*number);
  else
    fail_settling(protocol::touch_failed(x.id, protocol::not_in_flight));
}

/// An id this node never gave out cannot be in flight.
void connection_state::fail_settling(const protocol::violation& x) {
  log_error(x.text);
  settle_before_answer();
  slots.fail(x);
}

std::optional<uint64_t>
connection_state::own_number(const protocol::message_id& id) const {
  const auto bits = protocol::parse_id(id);
  if (!bits || *bits >> protocol::message_number_bits != settings->node_id)
    return std::nullopt;
  return *bits & ((uint64_t{1} << protocol::message_number_bits) - 1);
}

/// A command that answers follows: failures of the FIN, REQ and TOUCH before
/// it have to leave before its answer.
void connection_state::settle_before_answer() {
  if (!settlings.empty())
    send_settlings(true);
}

void connection_state::send_settlings(bool answered_behind) {
  if (!channel) {
    // It was deleted, and the connection closes.
    settlings.clear();
    return;
  }
  const consumer_id me = self->id();
  using kind = settling_groups::kind;
  settlings.take([&](settling_groups::group& x) {
    ticket t = 0;
    // A failure must not overtake the answers before it either.
    const auto in_line = answered_behind || !slots.empty();
    if (in_line && x.command != kind::rdy) {
      t = slots.new_ticket();
      slots.wait(t, command_name::nop);
    }
    switch (x.command) {
      case kind::fin:
        self->send(channel, atom::fin_v, me, t, std::move(x.numbers));
        break;
      case kind::req:
        self->send(channel, atom::req_v, me, t, std::move(x.requeues));
        break;
      case kind::touch:
        self->send(channel, atom::touch_v, me, t, std::move(x.numbers));
        break;
      case kind::rdy:
        self->send(channel, atom::rdy_v, me, x.ready_count);
        break;
    }
  });
}

// -- publishing ---------------------------------------------------------------

namespace {

std::string_view* bytes_of(protocol::mpub_begin&) {
  return nullptr;
}

std::string_view* bytes_of(protocol::mpub& x) {
  return &x.records;
}

/// Returns what a PUB or DPUB publishes.
template <class Command>
std::string_view* bytes_of(Command& x) {
  return &x.body;
}

} // namespace

template <class Command>
bool connection_state::may_publish(command_name what, const Command& x) {
  if (!settings->authorizer)
    return true;
  const auto again = [&] {
    auto copy = x;
    const auto* body = bytes_of(copy);
    return [this, copy, topic = std::string{x.topic},
            bytes = std::string{body ? *body : ""}]() mutable {
      copy.topic = topic;
      if (auto* to = bytes_of(copy))
        *to = bytes;
      on(copy);
    };
  };
  if (permitted(what, x.topic, {}, again))
    return true;
  auto copy = x;
  if (const auto* body = bytes_of(copy))
    held_bytes = body->size();
  return false;
}

void connection_state::on(const protocol::pub& x) {
  if (!may_publish(command_name::pub, x))
    return;
  settle_before_answer();
  const auto t = publishes.add(x.topic, x.body, lasting(x.body),
                               ticket_source());
  slots.wait(t, command_name::pub);
  count_published(x.topic, 1);
  need_topic(x.topic);
}

void connection_state::on(const protocol::dpub& x) {
  if (!may_publish(command_name::dpub, x))
    return;
  settle_before_answer();
  const auto t = x.delay.count() > 0
                   ? publishes.defer(x.topic, x.body, run_started + x.delay,
                                     ticket_source())
                   : publishes.add(x.topic, x.body, lasting(x.body),
                                   ticket_source());
  slots.wait(t, command_name::dpub);
  count_published(x.topic, 1);
  need_topic(x.topic);
}

/// Tells a client that may not before all of its body has come, as nsqd.
void connection_state::on(const protocol::mpub_begin& x) {
  publishes.begin_mpub();
  if (!may_publish(command_name::mpub, x))
    return;
  need_topic(x.topic);
}

void connection_state::on(const protocol::mpub_part& x) {
  publishes.add(x);
}

void connection_state::on(const protocol::mpub& x) {
  if (!may_publish(command_name::mpub, x))
    return;
  settle_before_answer();
  const auto t = publishes.add(x, lasting(x.records), ticket_source());
  slots.wait(t, command_name::mpub);
  count_published(x.topic, x.all);
  need_topic(x.topic);
}

void connection_state::count_published(std::string_view topic, uint64_t count) {
  published += count;
  if (auto i = published_to.find(topic); i != published_to.end())
    i->second += count;
  else if (published_to.size() < most_topic_names(*settings->clients))
    published_to.emplace(topic, count);
}

/// Makes sure that the topic is known before the next command is looked at.
void connection_state::need_topic(std::string_view topic) {
  if (topics.find(topic))
    return;
  due = nsq_answer::topic;
  ask_for_topic(std::string{topic}, most_waits);
}

void connection_state::ask_for_topic(const std::string& key, int waits) {
  const auto commits = settings->health->commits();
  self->request(node, patience, atom::topic_v, key)
    .then(
      [this, key](const topic_actor& found) {
        remember_topic(key, found);
        due = nsq_answer::none;
        if (auto x = std::exchange(stalled, std::nullopt))
          send_publish(*x, found);
        run();
      },
      [=, this](const caf::error& why) {
        if (is_getting_on(why, commits) && waits > 1) {
          ask_for_topic(key, waits - 1);
          return;
        }
        due = nsq_answer::none;
        if (auto x = std::exchange(stalled, std::nullopt))
          refused(x->answer_to, reason_for(why, *settings->health));
        else
          run(); // the body of an MPUB is still to come, and asks again
      });
}

void connection_state::remember_topic(const std::string& topic,
                                      const topic_actor& handle) {
  // Those with open puts have to stay: their end answers the client.
  const auto idle = [this](const topic_actor& x) {
    return std::none_of(open_puts.begin(), open_puts.end(),
                        [&](const auto& y) { return y.topic == x.address(); });
  };
  topics.add(topic, handle, most_topic_names(*settings->clients), idle,
             [this](const topic_actor& x) { watch(x, false); });
  watch(handle, true);
}

/// Asks to be told of the end of a topic or channel, or no more.
void connection_state::watch(const stat_actor& whom, bool on) {
  self->send(listener, atom::watch_v, uint64_t{self->id()}, whom, on);
}

void connection_state::send_publishes() {
  publishes.take([this](publish_collector::group& x) {
    if (const auto* to = topics.find(x.topic))
      send_publish(x, *to);
    else
      stalled = std::move(x);
  });
}

void connection_state::send_publish(publish_collector::group& x,
                                    const topic_actor& to) {
  const auto bytes = x.bytes + put_overhead;
  auto& open
    = open_puts.emplace_back(open_put{x.answer_to, bytes, to.address(), {}});
  open_bytes += bytes;
  if (!large.closed() && large_of != commands) {
    open.claim = large.take();
    claimed_bytes += bytes;
  }
  self->send(to, atom::put_v, std::move(x.body), client_actor{self},
             x.answer_to);
}

void connection_state::log_error(std::string_view text) const {
  log::error("[{}] - {}", socket.peer(), protocol::excerpt(text));
}

} // namespace cafq
