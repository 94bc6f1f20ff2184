#include "actors/queue_keeper.hpp"

#include "actors/store.hpp"
#include "test/persistence/support.hpp"
#include "test/support/deterministic_system.hpp"
#include "test/support/messages.hpp"
#include "test/support/seed.hpp"

#include <boost/test/unit_test.hpp>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <limits>
#include <memory>
#include <string>
#include <utility>

namespace cafq {

BOOST_AUTO_TEST_SUITE(queue_keeper_tests)

namespace {

using place = queue_keeper::place;
using reading = queue_keeper::reading;

constexpr auto flush_interval = std::chrono::milliseconds{50};
constexpr size_t memory = 10;

/// The answers of the store, before they get to the keeper.
struct owner_state {
  queue_keeper keeper;
  std::vector<queue_id> renamed;
  /// Whether the store's new names wait for `rename`.
  bool late = false;
};

using owner_pointer = owner_actor::stateful_pointer<owner_state>;

owner_actor::behavior_type owner(owner_pointer self) {
  return {
    [self](atom::kept, queue_id id, uint64_t count) {
      self->state.keeper.kept(id, count);
    },
    [self](atom::load, queue_id id, const blocks_ptr& x) {
      self->state.keeper.loaded(id, *x);
    },
    [self](atom::due, queue_id id, const due_messages_ptr& x) {
      self->state.keeper.loaded(id, *x);
    },
    [self](atom::fetch, queue_id id, const bodies_ptr& x) {
      self->state.keeper.fetched(id, *x);
    },
    [self](atom::empty, queue_id id) {
      if (self->state.late)
        self->state.renamed.push_back(id);
      else
        self->state.keeper.renamed(id);
    },
    [self](atom::shed) { self->state.keeper.shed(self); },
  };
}

/// The keeper of topic `t`, and the real STORE.
struct fixture : test::deterministic_system {
  explicit fixture(bool stored = true, bool copies = false) {
    disk = open_message_store(dir.store_file(), {});
    if (stored)
      store = sys.spawn(cafq::store, disk, health);
    queue_id id = 0;
    if (stored)
      id = ask<queue_id>(store, atom::topic_v, std::string{"t"}, uint64_t{1})
             .value();
    me = sys.spawn(owner);
    run();
    keeping how;
    how.store = store;
    how.copies = copies;
    how.flush_interval = flush_interval;
    how.label = "topic t";
    state().keeper = queue_keeper{how, stored ? memory : SIZE_MAX, id};
  }

  fixture(const fixture&) = delete;
  fixture& operator=(const fixture&) = delete;

  ~fixture() {
    self->send_exit(me, caf::exit_reason::user_shutdown);
    self->send_exit(store, caf::exit_reason::user_shutdown);
  }

  owner_state& state() {
    return state_of<owner_state>(me);
  }

  queue_keeper& uut() {
    return state().keeper;
  }

  caf::local_actor* owner_self() {
    return caf::actor_cast<caf::local_actor*>(me);
  }

  void put(size_t count) {
    uut().came(now());
    for (; count > 0; --count)
      uut().queue().put(test::block_of(next++, {"x"}));
  }

  void talk(reading what = reading::due) {
    uut().talk(owner_self(), what);
    run();
    BOOST_TEST(uut().invariant());
  }

  /// Lets a flush come due.
  void flush() {
    talk();
    advance(flush_interval);
    talk();
  }

  /// Empties the queue, here and in the store.
  void clear() {
    uut().clear();
    self->request(store, caf::infinite, atom::empty_v, std::string{"t"},
                  std::string{}, me);
    run();
  }

  /// Hands over the oldest name that came late.
  void rename() {
    auto& waiting = state().renamed;
    uut().renamed(waiting.front());
    waiting.erase(waiting.begin());
    BOOST_TEST(uut().invariant());
  }

  /// Returns how many messages the store has of the queue.
  size_t on_disk() {
    size_t result = 0;
    for (const auto& topic : disk->topics())
      result += disk->summary(topic.queue).messages;
    return result;
  }

  test::scratch_directory dir;
  std::shared_ptr<message_store> disk;
  std::shared_ptr<store_health> health = std::make_shared<store_health>();
  store_actor store;
  owner_actor me;
  uint64_t next = 1;
};

struct without_store : fixture {
  without_store() : fixture(false) {
  }
};

struct with_copies : fixture {
  with_copies() : fixture(true, true) {
  }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(without_a_store_all_stays_in_memory, without_store) {
  put(100);
  flush();
  BOOST_TEST((uut().where() == place::memory_only));
  BOOST_TEST(uut().unplaced() == 100U);
  BOOST_TEST(!uut().flush_at());
  uut().clear();
  BOOST_TEST((uut().where() == place::memory_only));
  BOOST_TEST(uut().save(owner_self()));
}

BOOST_FIXTURE_TEST_CASE(what_memory_does_not_hold_goes_to_the_store, fixture) {
  put(memory + 5);
  flush();
  BOOST_TEST((uut().where() == place::stored));
  BOOST_TEST(on_disk() == 5U);
  BOOST_TEST(uut().unplaced() == 0U);
}

BOOST_FIXTURE_TEST_CASE(what_is_under_way_has_no_place_yet, fixture) {
  put(memory + 5);
  uut().queue().flush();
  uut().send_orders(owner_self());
  BOOST_TEST(uut().unplaced() == 5U);
  run();
  BOOST_TEST(uut().unplaced() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_flush_comes_once_there_is_something_to_do, fixture) {
  put(memory);
  talk();
  BOOST_TEST(!uut().flush_at());
  put(1);
  talk();
  BOOST_TEST((uut().flush_at() == now() + flush_interval));
  advance(flush_interval);
  talk();
  BOOST_TEST(!uut().flush_at());
}

BOOST_FIXTURE_TEST_CASE(copies_are_made_of_what_is_two_flushes_old,
                        with_copies) {
  put(3);
  flush();
  BOOST_TEST(on_disk() == 0U);
  advance(flush_interval);
  talk();
  BOOST_TEST(on_disk() == 3U);
}

BOOST_FIXTURE_TEST_CASE(a_late_flush_takes_all_that_is_too_old, with_copies) {
  put(3);
  talk();
  advance(2 * flush_interval);
  talk();
  BOOST_TEST(on_disk() == 3U);
}

BOOST_FIXTURE_TEST_CASE(orders_wait_for_the_name_of_a_cleared_queue, fixture) {
  state().late = true;
  put(memory + 5);
  flush();
  clear();
  BOOST_TEST((uut().where() == place::awaiting_id));
  put(memory + 7);
  uut().queue().flush();
  talk();
  BOOST_TEST(on_disk() == 0U);
  BOOST_TEST(uut().unplaced() == 7U);
  rename();
  BOOST_TEST((uut().where() == place::stored));
  flush();
  BOOST_TEST(on_disk() == 7U);
  BOOST_TEST(uut().unplaced() == 0U);
}

BOOST_FIXTURE_TEST_CASE(of_several_names_the_last_counts, fixture) {
  state().late = true;
  clear();
  clear();
  const auto last = state().renamed.back();
  rename();
  BOOST_TEST((uut().where() == place::awaiting_id));
  rename();
  BOOST_TEST(uut().is(last));
}

BOOST_FIXTURE_TEST_CASE(answers_for_another_queue_are_ignored, fixture) {
  put(memory + 5);
  uut().queue().flush();
  uut().send_orders(owner_self());
  uut().kept(uut().id() + 1, 5);
  BOOST_TEST(uut().unplaced() == 5U);
}

BOOST_FIXTURE_TEST_CASE(reads_back_what_somebody_takes, fixture) {
  put(memory + 5);
  flush();
  auto& queue = uut().queue();
  std::vector<queue::run> runs;
  queue.take({1, std::chrono::minutes{1}, {}}, memory, SIZE_MAX, now(), runs);
  talk(reading::blocks);
  BOOST_TEST(queue.available() == 5U);
}

BOOST_FIXTURE_TEST_CASE(saves_all, fixture) {
  put(memory);
  BOOST_TEST(uut().save(owner_self()));
  BOOST_TEST((uut().where() == place::saved));
  run();
  BOOST_TEST(on_disk() == memory);
}

BOOST_FIXTURE_TEST_CASE(nothing_reaches_the_store_behind_a_save, fixture) {
  put(memory);
  BOOST_TEST(uut().save(owner_self()));
  put(memory);
  flush();
  clear();
  put(memory + 5);
  flush();
  BOOST_TEST((uut().where() == place::saved));
  BOOST_TEST(on_disk() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_save_waits_for_the_name_of_a_cleared_queue, fixture) {
  state().late = true;
  clear();
  put(3);
  BOOST_TEST(!uut().save(owner_self()));
  rename();
  BOOST_TEST(uut().save(owner_self()));
  run();
  BOOST_TEST(on_disk() == 3U);
}

BOOST_FIXTURE_TEST_CASE(a_new_owner_gets_the_answers_from_then_on, fixture) {
  put(memory + 5);
  uut().queue().flush();
  uut().send_orders(owner_self());
  const auto id = uut().id();
  uut().change_owner(id + 1, "channel t/c");
  BOOST_TEST(uut().is(id + 1));
  BOOST_TEST(uut().unplaced() == 0U);
  run();
  BOOST_TEST(uut().unplaced() == 0U);
}

BOOST_AUTO_TEST_CASE(whatever_happens_it_fits) {
  const auto seed = test::seed();
  BOOST_TEST_MESSAGE("CAFQ_SEED=" << seed);
  test::dice dice{seed};
  for (int round = 0; round < 20; ++round) {
    fixture f{true, dice.one_in(2)};
    f.state().late = dice.one_in(2);
    for (int step = 0; step < 100; ++step) {
      switch (dice.below(8)) {
        case 0:
          f.clear();
          break;
        case 1:
          if (!f.state().renamed.empty())
            f.rename();
          break;
        case 2:
          f.flush();
          break;
        case 3:
          f.uut().shed(f.owner_self());
          break;
        case 4:
          f.talk(reading::blocks);
          break;
        case 5:
          f.advance(flush_interval * dice.below(4));
          break;
        default:
          f.put(dice.below(2 * memory));
          f.talk();
      }
      BOOST_TEST_REQUIRE(f.uut().invariant(), "seed " << seed);
      BOOST_TEST_REQUIRE(f.uut().queue().invariant(), "seed " << seed);
    }
    while (!f.state().renamed.empty())
      f.rename();
    const auto depth = f.uut().queue().depth();
    BOOST_TEST(f.uut().save(f.owner_self()));
    f.run();
    BOOST_TEST(f.on_disk() == depth, "seed " << seed);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq
