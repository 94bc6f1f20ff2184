#include "test/net/scripted.hpp"

namespace cafq::test {

namespace {

/// Answers a request, or leaves it open.
template <class Self, class T>
caf::result<T> answer_if(bool now, Self* self, T x) {
  if (!now)
    return self->template make_response_promise<T>();
  return x;
}

} // namespace

channel_actor::behavior_type
scripted_channel(channel_actor::stateful_pointer<scripted_channel_state> self) {
  const auto tell = [self](const std::string& what, uint64_t n) {
    self->state.told.push_back(what + " " + std::to_string(n));
  };
  return {
    [](atom::kept, queue_id, uint64_t) {},
    [](atom::load, queue_id, const blocks_ptr&) {},
    [](atom::due, queue_id, const due_messages_ptr&) {},
    [](atom::fetch, queue_id, const bodies_ptr&) {},
    [](atom::shed) {},
    [](atom::empty, queue_id) {},
    [](atom::save) { return atom::save_v; },
    [](atom::put, const batch_ptr&) {},
    [](atom::put, const batch_ptr&, queue_id) {},
    [self](atom::sub, const client_actor& client, const subscription&) {
      self->state.client = client;
      return atom::sub_v;
    },
    [tell](atom::rdy, consumer_id, size_t n) { tell("RDY", n); },
    [self, tell](atom::fin, consumer_id, ticket t, const numbers_ptr& x) {
      tell("FIN", x->list.size());
      self->state.settlings.push_back({t, x->list});
    },
    [self, tell](atom::req, consumer_id, ticket t, const requeues_ptr& x) {
      tell("REQ", x->list.size());
      self->state.settlings.push_back({t, {}});
    },
    [self, tell](atom::touch, consumer_id, ticket t, const numbers_ptr& x) {
      tell("TOUCH", x->list.size());
      self->state.settlings.push_back({t, x->list});
    },
    [tell](atom::sent, consumer_id, uint64_t n) { tell("SENT", n); },
    [](atom::peek, const queue::peek_request&) { return peek_answer_ptr{}; },
    [](atom::pause, bool) { return atom::pause_v; },
    [](atom::empty) { return atom::empty_v; },
    [](atom::stat) { return actor_stat{}; },
    [](atom::tick) {},
  };
}

topic_actor::behavior_type
scripted_topic(topic_actor::stateful_pointer<scripted_topic_state> self) {
  self->state.channel = self->spawn(scripted_channel);
  self->set_exit_handler([self](const caf::exit_msg& x) {
    self->send_exit(self->state.channel, x.reason);
    self->quit(x.reason);
  });
  const auto say = [self](auto x) {
    return answer_if(!self->state.silent, self, std::move(x));
  };
  return {
    [](atom::kept, queue_id, uint64_t) {},
    [](atom::load, queue_id, const blocks_ptr&) {},
    [](atom::due, queue_id, const due_messages_ptr&) {},
    [](atom::fetch, queue_id, const bodies_ptr&) {},
    [](atom::shed) {},
    [](atom::empty, queue_id) {},
    [](atom::save) { return atom::save_v; },
    [](atom::appended, const appended_ptr&) {},
    [self](atom::put, const batch_ptr& x, const client_actor& from, ticket t) {
      self->state.puts.push_back({x, from, t});
    },
    [=](atom::channel, const std::string&) { return say(self->state.channel); },
    [=](atom::find, const std::string&) { return say(self->state.channel); },
    [](atom::list) { return std::vector<channel_actor>{}; },
    [=](atom::erase, const std::string&) { return say(atom::erase_v); },
    [](atom::peek, const queue::peek_request&) { return peek_answer_ptr{}; },
    [=](atom::pause, bool) { return say(atom::pause_v); },
    [=](atom::empty) { return say(atom::empty_v); },
    [](atom::stat) { return actor_stat{}; },
    [](atom::room, const std::string&, uint64_t) {},
    [](atom::room, const std::string&, bool) {},
    [](atom::vacant, const channel_actor&, const std::string&) {},
    [](atom::tick) {},
  };
}

node_actor::behavior_type
scripted_node(node_actor::stateful_pointer<scripted_node_state> self) {
  self->set_exit_handler([self](const caf::exit_msg& x) {
    for (const auto& [name, topic] : self->state.topics)
      self->send_exit(topic, x.reason);
    self->quit(x.reason);
  });
  return {
    [self](atom::topic, const std::string& name) -> caf::result<topic_actor> {
      if (self->state.mute) {
        self->state.asked.push_back(self->make_response_promise<topic_actor>());
        return self->state.asked.back();
      }
      auto& result = self->state.topics[name];
      if (!result)
        result = self->spawn(scripted_topic);
      return result;
    },
    [self](atom::find, const std::string& name) -> caf::result<topic_actor> {
      const auto i = self->state.topics.find(name);
      if (i == self->state.topics.end())
        return ec::no_such_topic;
      return i->second;
    },
    [](atom::list) { return std::vector<topic_actor>{}; },
    [self](atom::erase, const std::string&) {
      return answer_if(!self->state.mute, self, atom::erase_v);
    },
    [](atom::save) { return atom::save_v; },
    [](atom::stat) { return actor_stat{}; },
    [](atom::vacant, const topic_actor&, const std::string&) {},
    [](atom::gone, const std::string&) {},
    [](atom::channel, const topic_actor&, const std::string&,
       const std::string&, bool) {},
  };
}

scripted_network::scripted_network() {
  script = sys.spawn(scripted_node);
  run();
  listen(script, {100, 100});
}

scripted_network::~scripted_network() {
  self->send_exit(script, caf::exit_reason::user_shutdown);
  run();
}

scripted_topic_state& scripted_network::at(const std::string& topic) {
  return state_of<scripted_topic_state>(
    state_of<scripted_node_state>(script).topics.at(topic));
}

void scripted_network::mute(bool on) {
  state_of<scripted_node_state>(script).mute = on;
}

bool scripted_network::known(const std::string& topic) {
  return state_of<scripted_node_state>(script).topics.count(topic) > 0;
}

scripted_channel_state& scripted_network::channel_of(const std::string& topic) {
  return state_of<scripted_channel_state>(at(topic).channel);
}

void scripted_network::accept(const std::string& topic) {
  const auto x = at(topic).puts.at(0);
  at(topic).puts.erase(at(topic).puts.begin());
  self->send(x.from, atom::accepted_v, x.t);
  run();
}

void scripted_network::refuse(const std::string& topic,
                              const std::string& why) {
  const auto x = at(topic).puts.at(0);
  at(topic).puts.erase(at(topic).puts.begin());
  self->send(x.from, atom::refused_v, x.t, why);
  run();
}

void scripted_network::answer(const std::string& topic, settling command,
                              const std::vector<uint64_t>& failed) {
  auto& c = channel_of(topic);
  const auto x = c.settlings.at(0);
  c.settlings.erase(c.settlings.begin());
  failures_ptr list;
  if (!failed.empty()) {
    list.reset(new failures);
    list->command = command;
    for (auto n : failed)
      list->list.push_back({n, queue::settled::not_in_flight});
  }
  self->send(c.client, atom::failed_v, x.t, list);
  run();
}

void scripted_network::deliver(const std::string& topic,
                               const queue::block_ptr& body, uint64_t report) {
  delivery_ptr x{new delivery};
  x->runs.push_back({body, 0, static_cast<uint16_t>(body->count()), 1});
  x->report = report;
  self->send(channel_of(topic).client, atom::deliver_v, x);
  run();
}

} // namespace cafq::test
