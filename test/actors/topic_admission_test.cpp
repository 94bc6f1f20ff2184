#include "actors/topic_admission.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace cafq::test {

namespace {

using cause = awaited::cause;

struct fixture {
  fixture() {
    now.channels = &channels;
    now.store = 7;
    now.window = 100;
    now.memory_limit = 1000;
    now.unstorable_share = 250;
  }

  /// Returns what publishers are told, empty if there is room.
  [[nodiscard]] std::string why() const {
    const auto found = no_room(now);
    return found ? found->why : "";
  }

  [[nodiscard]] std::string_view word() const {
    return row_of(no_room(now)->state).word;
  }

  [[nodiscard]] cause waits_for() const {
    return no_room(now)->waits_for.what;
  }

  void without_store() {
    now.store = 0;
  }

  topic_members channels;
  topic_situation now;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(topic_admission_tests, fixture)

BOOST_AUTO_TEST_CASE(takes_what_comes) {
  channels.add("c", {});
  BOOST_TEST(why() == "");
  BOOST_TEST(!disk_refuses(now));
}

// -- memory -------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(memory_is_bounded) {
  now.memory = 999;
  BOOST_TEST(why() == "");
  now.memory = 1000;
  BOOST_TEST(why() == "memory limit of the node reached");
  BOOST_TEST((waits_for() == cause::memory));
}

BOOST_AUTO_TEST_CASE(publishes_that_wait_do_not_wait_for_each_other) {
  now.memory = 1200;
  now.waiting = 300;
  BOOST_TEST(why() == "");
}

BOOST_AUTO_TEST_CASE(what_no_disk_takes_has_a_share) {
  now.unstorable = 250;
  BOOST_TEST(why() == "");
  without_store();
  BOOST_TEST(why() == "memory for messages that cannot be stored is full");
}

BOOST_AUTO_TEST_CASE(waits_for_a_slow_disk) {
  now.writing_enough = true;
  BOOST_TEST(why() == "the disk is too slow");
  BOOST_TEST(no_room(now)->waits_for.actor == 7u);
  without_store();
  BOOST_TEST(why() == "");
}

// -- order and numbers --------------------------------------------------------

BOOST_AUTO_TEST_CASE(needs_numbers) {
  now.numbered = false;
  BOOST_TEST(why() == "message numbers not reserved yet");
  BOOST_TEST(no_room(now)->waits_for.actor == 7u);
}

BOOST_AUTO_TEST_CASE(appends_under_way_are_bounded) {
  now.appending = (size_t{32} << 20U) - 1;
  BOOST_TEST(why() == "");
  ++now.appending;
  BOOST_TEST(why() == "the disk is too slow");
}

BOOST_AUTO_TEST_CASE(stays_behind_what_was_held) {
  now.letting_go = true;
  BOOST_TEST(why() == "messages held are on their way to the channels");
}

// -- room ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_slowest_channel_decides) {
  channels.add("a", {});
  channels.gave(60);
  channels.add("b", {});
  channels.gave(39);
  BOOST_TEST(why() == "");
  channels.gave(1);
  BOOST_TEST(why() == "memory queue of channel a full");
  BOOST_TEST(word() == "waits for channel");
}

BOOST_AUTO_TEST_CASE(holds_no_more_than_fits) {
  now.holding = true;
  now.unplaced = 99;
  BOOST_TEST(why() == "");
  now.unplaced = 100;
  BOOST_TEST(why() == "memory queue of topic full");
  BOOST_TEST((waits_for() == cause::actor));
}

BOOST_AUTO_TEST_CASE(without_a_store_somebody_has_to_make_room) {
  without_store();
  now.holding = true;
  now.unplaced = 100;
  BOOST_TEST((waits_for() == cause::client));
  BOOST_TEST(why() == "memory queue of topic full");
  now.paused = true;
  BOOST_TEST((waits_for() == cause::human));
}

BOOST_AUTO_TEST_CASE(an_ephemeral_topic_drops_instead) {
  without_store();
  now.ephemeral = true;
  now.holding = true;
  now.unplaced = 100;
  BOOST_TEST(why() == "");
}

// -- a disk that takes nothing ------------------------------------------------

BOOST_AUTO_TEST_CASE(refuses_what_is_to_be_on_disk) {
  channels.add("c", {});
  now.disk_ok = false;
  // As long as there is memory.
  BOOST_TEST(!disk_refuses(now));
  now.all_stored = true;
  BOOST_TEST(disk_refuses(now));
}

BOOST_AUTO_TEST_CASE(refuses_what_has_no_place_in_memory) {
  now.disk_ok = false;
  now.holding = true;
  BOOST_TEST(!disk_refuses(now));
  now.held_full = true;
  BOOST_TEST(disk_refuses(now));
  now.holding = false;
  BOOST_TEST(!disk_refuses(now));
  channels.add("c", {});
  channels.is_full("c", 0, true);
  BOOST_TEST(disk_refuses(now));
}

BOOST_AUTO_TEST_CASE(ephemeral_channels_need_no_disk) {
  channels.add("c#ephemeral", {});
  now.disk_ok = false;
  now.all_stored = true;
  BOOST_TEST(!disk_refuses(now));
  now.holding = true;
  BOOST_TEST(disk_refuses(now));
  without_store();
  BOOST_TEST(!disk_refuses(now));
}

// -- what is held -------------------------------------------------------------

BOOST_AUTO_TEST_CASE(says_what_held_messages_wait_for) {
  BOOST_TEST((why_held(now).waits_for.what == cause::client));
  channels.add("c", {});
  BOOST_TEST(why_held(now).waits_for.actor == 7u);
  now.paused = true;
  BOOST_TEST((why_held(now).waits_for.what == cause::human));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
