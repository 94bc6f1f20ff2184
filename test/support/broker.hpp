#pragma once

#include "actors/node.hpp"
#include "test/support/deterministic_system.hpp"
#include "test/support/messages.hpp"

#include <boost/test/unit_test.hpp>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cafq::test {

/// What a client was sent.
struct probe_state {
  struct message {
    std::string body;
    uint64_t number;
    uint16_t attempts;
  };

  struct refusal {
    ticket t;
    std::string why;
  };

  struct answer {
    ticket t;
    /// Nothing if all went well.
    std::optional<failures> failed;
  };

  /// Bodies in the order they came, joined by blanks.
  [[nodiscard]] std::string bodies() const {
    std::string result;
    for (const auto& x : messages)
      result += (result.empty() ? "" : " ") + x.body;
    return result;
  }

  std::vector<message> messages;
  /// What to report when it has left; 0 is not listed.
  std::vector<uint64_t> reports;
  std::vector<ticket> accepted;
  std::vector<refusal> refused;
  std::vector<answer> answers;
  /// How many of the actors it monitors have gone.
  size_t gone = 0;
};

/// A client that only writes down what it is sent.
inline client_actor::behavior_type
probe(client_actor::stateful_pointer<probe_state> self) {
  self->set_down_handler([self](const caf::down_msg&) { ++self->state.gone; });
  return {
    [self](atom::deliver, const delivery_ptr& x) {
      auto& to = self->state;
      for (const auto& part : x->runs)
        for (size_t i = part.first; i < size_t{part.first} + part.count; ++i)
          to.messages.push_back({std::string{part.body->body(i)},
                                 part.body->number(i), part.attempts});
      if (x->report != 0)
        to.reports.push_back(x->report);
    },
    [self](atom::accepted, ticket t) { self->state.accepted.push_back(t); },
    [self](atom::refused, ticket t, const std::string& why) {
      self->state.refused.push_back({t, why});
    },
    [self](atom::failed, ticket t, const failures_ptr& list) {
      probe_state::answer x{t, {}};
      if (list)
        x.failed = *list;
      self->state.answers.push_back(std::move(x));
    },
  };
}

/// A node whose clients are probes.
struct broker : deterministic_system {
  broker() {
    start({});
  }

  ~broker() {
    self->send_exit(node, caf::exit_reason::user_shutdown);
    for (const auto& x : clients)
      self->send_exit(x, caf::exit_reason::user_shutdown);
    run();
  }

  /// Begins anew with other settings.
  void start(const node_settings& settings) {
    if (node)
      self->send_exit(node, caf::exit_reason::user_shutdown);
    node = sys.spawn(cafq::node, store_actor{}, std::vector<recovered_topic>{},
                     settings);
    run();
  }

  // -- actors -----------------------------------------------------------------

  topic_actor topic(const std::string& name = "t") {
    return ask<topic_actor>(node, atom::topic_v, name).value();
  }

  channel_actor
  channel(const std::string& name = "c", const std::string& of = "t") {
    return ask<channel_actor>(topic(of), atom::channel_v, name).value();
  }

  client_actor client() {
    clients.push_back(sys.spawn(probe));
    run();
    return clients.back();
  }

  /// Returns a client of a channel.
  client_actor
  consumer(const channel_actor& of, size_t rdy, subscription how = terms()) {
    auto result = client();
    BOOST_TEST_REQUIRE(
      ask<atom::sub>(of, atom::sub_v, result, how).has_value());
    ready(of, result, rdy);
    return result;
  }

  static subscription terms() {
    return {msg_timeout, 0, msg_timeout};
  }

  static probe_state& sent_to(const client_actor& x) {
    return state_of<probe_state>(x);
  }

  /// Ends a client as if its connection was lost.
  void lose(const client_actor& x) {
    self->send_exit(x, caf::exit_reason::user_shutdown);
    run();
  }

  /// Lets a client count the end of another actor.
  template <class Handle>
  static void watch(const client_actor& who, const Handle& whom) {
    using probe_actor = client_actor::stateful_base<probe_state>;
    auto* ptr = caf::actor_cast<caf::abstract_actor*>(who);
    dynamic_cast<probe_actor&>(*ptr).monitor(whom);
  }

  // -- commands ---------------------------------------------------------------

  static batch_ptr
  batch_of(const std::vector<std::string>& bodies, queue::time_point due = {}) {
    batch_ptr result{new batch};
    if (due == queue::time_point{})
      result->items.push_back({block_of(0, bodies), {}});
    else
      for (const auto& x : bodies)
        result->items.push_back({block_of(0, {x}), due});
    return result;
  }

  void publish(const topic_actor& to, const batch_ptr& what,
               const client_actor& from, ticket t) {
    self->send(to, atom::put_v, what, from, t);
    run();
  }

  void publish(const topic_actor& to, const std::vector<std::string>& bodies) {
    if (!publisher)
      publisher = client();
    publish(to, batch_of(bodies), publisher, 1);
  }

  void publish(const std::vector<std::string>& bodies) {
    publish(topic(), bodies);
  }

  void ready(const channel_actor& at, const client_actor& who, size_t rdy) {
    self->send(at, atom::rdy_v, consumer_id{who.id()}, rdy);
    run();
  }

  void finish(const channel_actor& at, const client_actor& who,
              std::vector<uint64_t> which, ticket t = 0) {
    numbers_ptr x{new numbers};
    x->list = std::move(which);
    self->send(at, atom::fin_v, consumer_id{who.id()}, t, x);
    run();
  }

  void touch(const channel_actor& at, const client_actor& who,
             std::vector<uint64_t> which, ticket t = 0) {
    numbers_ptr x{new numbers};
    x->list = std::move(which);
    self->send(at, atom::touch_v, consumer_id{who.id()}, t, x);
    run();
  }

  void requeue(const channel_actor& at, const client_actor& who,
               const std::vector<uint64_t>& which, queue::duration delay,
               ticket t = 0) {
    requeues_ptr x{new requeues};
    for (auto n : which)
      x->list.push_back({n, delay});
    self->send(at, atom::req_v, consumer_id{who.id()}, t, x);
    run();
  }

  /// Finishes everything a client was sent.
  void finish_all(const channel_actor& at, const client_actor& who) {
    std::vector<uint64_t> all;
    for (const auto& x : sent_to(who).messages)
      all.push_back(x.number);
    finish(at, who, all);
  }

  template <class Handle>
  void pause(const Handle& what, bool on) {
    BOOST_TEST_REQUIRE(ask<atom::pause>(what, atom::pause_v, on).has_value());
  }

  template <class Handle>
  void empty(const Handle& what) {
    BOOST_TEST_REQUIRE(ask<atom::empty>(what, atom::empty_v).has_value());
  }

  // -- observers --------------------------------------------------------------

  template <class Handle>
  actor_stat stat(const Handle& of) {
    return ask<actor_stat>(of, atom::stat_v).value();
  }

  template <class Handle>
  uint64_t counter(const Handle& of, const std::string& name) {
    return stat(of).counter(name);
  }

  /// A multiple of the granularity of deadlines, so that they are exact.
  static constexpr auto msg_timeout
    = 1000 * queue::deadline_index::granularity; // 4.2 s

  node_actor node;
  client_actor publisher;
  std::vector<client_actor> clients;
};

} // namespace cafq::test
