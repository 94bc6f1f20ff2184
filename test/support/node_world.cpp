#include "test/support/node_world.hpp"

namespace cafq::test {

std::string probe_state::bodies() const {
  std::string result;
  for (const auto& x : messages)
    result += (result.empty() ? "" : " ") + x.body;
  return result;
}

client_actor::behavior_type
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

topic_actor node_world::topic(const std::string& name) {
  return ask<topic_actor>(node, atom::topic_v, name).value();
}

channel_actor
node_world::channel(const std::string& name, const std::string& of) {
  return ask<channel_actor>(topic(of), atom::channel_v, name).value();
}

client_actor node_world::client() {
  clients.push_back(sys.spawn(probe));
  run();
  return clients.back();
}

client_actor
node_world::consumer(const channel_actor& of, size_t rdy, subscription how) {
  auto result = client();
  BOOST_TEST_REQUIRE(ask<atom::sub>(of, atom::sub_v, result, how).has_value());
  ready(of, result, rdy);
  return result;
}

subscription node_world::terms() {
  return {msg_timeout, 0, msg_timeout};
}

probe_state& node_world::sent_to(const client_actor& x) {
  return state_of<probe_state>(x);
}

void node_world::lose(const client_actor& x) {
  self->send_exit(x, caf::exit_reason::user_shutdown);
  run();
}

void node_world::publish(const topic_actor& to, const batch_ptr& what,
                         const client_actor& from, ticket t) {
  self->send(to, atom::put_v, what, from, t);
  run();
}

void node_world::publish(const topic_actor& to,
                         const std::vector<std::string>& bodies) {
  if (!publisher)
    publisher = client();
  publish(to, batch_of(bodies), publisher, 1);
}

void node_world::publish(const std::vector<std::string>& bodies) {
  publish(topic(), bodies);
}

void node_world::ready(const channel_actor& at, const client_actor& who,
                       size_t rdy) {
  self->send(at, atom::rdy_v, consumer_id{who.id()}, rdy);
  run();
}

void node_world::finish(const channel_actor& at, const client_actor& who,
                        std::vector<uint64_t> which, ticket t) {
  numbers_ptr x{new numbers};
  x->list = std::move(which);
  self->send(at, atom::fin_v, consumer_id{who.id()}, t, x);
  run();
}

void node_world::touch(const channel_actor& at, const client_actor& who,
                       std::vector<uint64_t> which, ticket t) {
  numbers_ptr x{new numbers};
  x->list = std::move(which);
  self->send(at, atom::touch_v, consumer_id{who.id()}, t, x);
  run();
}

void node_world::requeue(const channel_actor& at, const client_actor& who,
                         const std::vector<uint64_t>& which,
                         queue::duration delay, ticket t) {
  requeues_ptr x{new requeues};
  for (auto n : which)
    x->list.push_back({n, delay});
  self->send(at, atom::req_v, consumer_id{who.id()}, t, x);
  run();
}

void node_world::finish_all(const channel_actor& at, const client_actor& who) {
  std::vector<uint64_t> all;
  for (const auto& x : sent_to(who).messages)
    all.push_back(x.number);
  finish(at, who, all);
}

void node_world::pause(const topic_actor& what, bool on) {
  BOOST_TEST_REQUIRE(ask<atom::pause>(what, atom::pause_v, on).has_value());
}

void node_world::pause(const channel_actor& what, bool on) {
  BOOST_TEST_REQUIRE(ask<atom::pause>(what, atom::pause_v, on).has_value());
}

void node_world::empty(const topic_actor& what) {
  BOOST_TEST_REQUIRE(ask<atom::empty>(what, atom::empty_v).has_value());
}

void node_world::empty(const channel_actor& what) {
  BOOST_TEST_REQUIRE(ask<atom::empty>(what, atom::empty_v).has_value());
}

actor_stat node_world::stat(const stat_actor& of) {
  return ask<actor_stat>(of, atom::stat_v).value();
}

uint64_t node_world::counter(const stat_actor& of, const std::string& name) {
  return stat(of).figures.named(name).value();
}

} // namespace cafq::test
