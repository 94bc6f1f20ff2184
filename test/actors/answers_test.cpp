#include "test/actors/store_world.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>

// Every request gets an answer, whatever else happens to the same name
// meanwhile.

namespace cafq::test {

namespace {

/// What came of a command.
struct outcome_state {
  size_t answers = 0;
};

enum class command : uint8_t {
  create_topic,
  create_channel,
  erase_topic,
  erase_channel,
  empty_topic,
  empty_channel,
  pause_topic,
  pause_channel,
  sub,
  pub,
};

constexpr std::array all_commands{
  command::create_topic,  command::create_channel, command::erase_topic,
  command::erase_channel, command::empty_topic,    command::empty_channel,
  command::pause_topic,   command::pause_channel,  command::sub,
  command::pub,
};

using commander_pointer = client_actor::stateful_pointer<outcome_state>;

template <class Result>
auto counting(commander_pointer self) {
  return [self](const Result&) {
    ++self->state.answers;
  };
}

/// Does one command as connections do, by steps: topic, channel, what is to be
/// done.
client_actor::behavior_type
commander(commander_pointer self, const node_actor& node, command what) {
  const std::string name{"t"};
  const std::string id{"c"};
  const auto failed = counting<caf::error>(self);
  const auto with_topic = [=](const auto& f) {
    if (what == command::sub || what == command::pub)
      self->request(node, caf::infinite, atom::topic_v, name).then(f, failed);
    else
      self->request(node, caf::infinite, atom::find_v, name).then(f, failed);
  };
  const auto with_channel = [=](const auto& f) {
    with_topic([=](const topic_actor& x) {
      if (what == command::sub)
        self->request(x, caf::infinite, atom::channel_v, id).then(f, failed);
      else
        self->request(x, caf::infinite, atom::find_v, id).then(f, failed);
    });
  };
  switch (what) {
    case command::create_topic:
      self->request(node, caf::infinite, atom::topic_v, name)
        .then(counting<topic_actor>(self), failed);
      break;
    case command::create_channel:
      with_topic([=](const topic_actor& x) {
        self->request(x, caf::infinite, atom::channel_v, id)
          .then(counting<channel_actor>(self), failed);
      });
      break;
    case command::erase_topic:
      self->request(node, caf::infinite, atom::erase_v, name)
        .then(counting<atom::erase>(self), failed);
      break;
    case command::erase_channel:
      with_topic([=](const topic_actor& x) {
        self->request(x, caf::infinite, atom::erase_v, id)
          .then(counting<atom::erase>(self), failed);
      });
      break;
    case command::empty_topic:
      with_topic([=](const topic_actor& x) {
        self->request(x, caf::infinite, atom::empty_v)
          .then(counting<atom::empty>(self), failed);
      });
      break;
    case command::empty_channel:
      with_channel([=](const channel_actor& x) {
        self->request(x, caf::infinite, atom::empty_v)
          .then(counting<atom::empty>(self), failed);
      });
      break;
    case command::pause_topic:
      with_topic([=](const topic_actor& x) {
        self->request(x, caf::infinite, atom::pause_v, true)
          .then(counting<atom::pause>(self), failed);
      });
      break;
    case command::pause_channel:
      with_channel([=](const channel_actor& x) {
        self->request(x, caf::infinite, atom::pause_v, true)
          .then(counting<atom::pause>(self), failed);
      });
      break;
    case command::sub:
      with_channel([=](const channel_actor& x) {
        self
          ->request(x, caf::infinite, atom::sub_v, client_actor{self},
                    node_world::terms())
          .then(counting<atom::sub>(self), failed);
      });
      break;
    case command::pub:
      with_topic([=](const topic_actor& x) {
        // The connection is told of the end of its topic.
        self->monitor(x);
        self->send(x, atom::put_v, node_world::batch_of({"m"}),
                   client_actor{self}, ticket{1});
      });
      break;
  }
  self->set_down_handler([self](const caf::down_msg&) {
    if (self->state.answers == 0)
      ++self->state.answers;
  });
  return {
    [](atom::deliver, const delivery_ptr&) {},
    [self](atom::accepted, ticket) { ++self->state.answers; },
    [self](atom::refused, ticket, const std::string&) {
      ++self->state.answers;
    },
    [](atom::failed, ticket, const failures_ptr&) {},
  };
}

/// What is there before.
enum class stage : uint8_t { nothing, topic, channel };

struct fixture : store_world {
  /// Begins one command, lets a number of actors work, begins another.
  /// @returns whether there was so much to do between the two.
  bool race(stage before, command first, size_t steps, command second) {
    if (before != stage::nothing)
      topic();
    if (before == stage::channel)
      channel();
    const auto ann = begin(first);
    size_t i = 0;
    while (i < steps && step())
      ++i;
    const auto bob = begin(second);
    run();
    BOOST_TEST(answers_of(ann) == 1u);
    BOOST_TEST(answers_of(bob) == 1u);
    for (const auto& x : {ann, bob})
      self->send_exit(x, caf::exit_reason::user_shutdown);
    ask<atom::erase>(node, atom::erase_v, std::string{"t"});
    return i == steps;
  }

  client_actor begin(command what) {
    return sys.spawn(commander, node, what);
  }

  bool step() {
    return sched.try_run_once() || mpx.work();
  }

  static size_t answers_of(const client_actor& x) {
    return state_of<outcome_state>(x).answers;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(answers_tests, fixture)

BOOST_AUTO_TEST_CASE(every_pair_of_commands_is_answered) {
  for (const auto before : {stage::nothing, stage::topic, stage::channel})
    for (const auto first : all_commands)
      for (const auto second : all_commands) {
        BOOST_TEST_CONTEXT("stage " << static_cast<int>(before) << ", command "
                                    << static_cast<int>(first) << ", then "
                                    << static_cast<int>(second)) {
          size_t steps = 0;
          while (race(before, first, steps, second))
            ++steps;
        }
      }
}

BOOST_AUTO_TEST_CASE(a_topic_that_ends_tells_who_waits_for_a_channel) {
  const auto t = topic();
  disk_full = true;
  auto pending = self->request(t, caf::infinite, atom::channel_v,
                               std::string{"c"});
  run();
  self->send_exit(t, caf::exit_reason::user_shutdown);
  run();
  bool told = false;
  pending.receive([](const channel_actor&) {},
                  [&](const caf::error& why) {
                    told = why == caf::sec::request_receiver_down;
                  });
  BOOST_TEST(told);
  disk_full = false;
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
