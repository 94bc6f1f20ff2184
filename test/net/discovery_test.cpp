#include "actors/node.hpp"
#include "test/net/discovery_world.hpp"

namespace cafq::test {

namespace {

using names = std::vector<std::string>;

struct fixture : discovery_world {
  fixture() {
    start({ann.address()});
  }

  /// Begins a search.
  auto search(const std::string& topic) {
    auto result = self->request(discovery, caf::infinite, atom::find_v, topic);
    run();
    return result;
  }

  /// Takes the result of a search, which is there.
  template <class Pending>
  static names found_by(Pending& x) {
    names result;
    x.receive(
      [&](const names_ptr& list) { result = list ? *list : names{"none"}; },
      [](const caf::error&) { BOOST_FAIL("no answer"); });
    return result;
  }

  lookupd ann;
  lookupd bob;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(discovery_tests, fixture)

// -- what is told -------------------------------------------------------------

BOOST_AUTO_TEST_CASE(tells_changes_in_the_order_they_come) {
  until_known(ann);
  topic("t");
  channel("t", "c");
  topic("u");
  channel("t", "c", false);
  channel("t", "c");
  topic("t", false);
  topic("t");
  until_hears(ann, "REGISTER t\nREGISTER t c\nREGISTER u\n"
                   "UNREGISTER t c\nREGISTER t c\nUNREGISTER t\n"
                   "REGISTER t\n");
}

BOOST_AUTO_TEST_CASE(tells_nothing_before_it_is_known) {
  until_met(ann);
  topic("t");
  topic("u");
  topic("t", false);
  channel("u", "c");
  BOOST_TEST(ready() == 0u);
  BOOST_TEST(ann.news() == "");
  ann.say(lookupd::identity(0));
  // What there is by now, not how it came about.
  until_hears(ann, "REGISTER u c\n");
  topic("v");
  until_hears(ann, "REGISTER v\n");
}

BOOST_AUTO_TEST_CASE(a_channel_stands_for_its_topic) {
  topic("bare");
  topic("t");
  channel("t", "d");
  channel("t", "c");
  channel("t", "e");
  channel("t", "e", false);
  until_known(ann);
  until_hears(ann, "REGISTER bare\nREGISTER t c\nREGISTER t d\n");
}

BOOST_AUTO_TEST_CASE(a_channel_of_no_topic_is_not_told) {
  until_known(ann);
  topic("t");
  topic("t", false);
  channel("t", "c");
  channel("t", "c", false);
  topic("end");
  until_hears(ann, "REGISTER t\nUNREGISTER t\nREGISTER end\n");
}

// -- addresses ----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(one_that_is_added_is_told_all_the_others_nothing) {
  topic("t");
  channel("t", "c");
  until_known(ann);
  until_hears(ann, "REGISTER t c\n");
  set_addresses({ann.address(), bob.address()});
  until_known(bob);
  until_hears(bob, "REGISTER t c\n");
  topic("u");
  until_hears(bob, "REGISTER u\n");
  until_hears(ann, "REGISTER u\n");
  BOOST_TEST(!ann.accept());
}

BOOST_AUTO_TEST_CASE(one_that_is_removed_is_left) {
  set_addresses({ann.address(), bob.address()});
  until_known(ann);
  until_known(bob);
  set_addresses({bob.address()});
  until([&] { return ann.left(); });
  BOOST_TEST(ready() == 1u);
  topic("t");
  until_hears(bob, "REGISTER t\n");
  BOOST_TEST(ann.news() == "");
}

BOOST_AUTO_TEST_CASE(one_that_is_removed_and_added_begins_anew) {
  topic("t");
  until_known(ann);
  until_hears(ann, "REGISTER t\n");
  set_addresses({});
  set_addresses({ann.address()});
  until_known(ann);
  until_hears(ann, "REGISTER t\n");
}

BOOST_AUTO_TEST_CASE(one_can_be_removed_while_it_is_dialed) {
  BOOST_TEST(sockets() == 1u);
  set_addresses({});
  BOOST_TEST(sockets() == 0u);
  BOOST_TEST(ask<actor_stat>(discovery, atom::stat_v)
               ->figure(&discovery_figures::lookupds)
             == 0u);
}

BOOST_AUTO_TEST_CASE(ends_with_its_peers) {
  until_known(ann);
  set_addresses({ann.address(), bob.address()});
  stop();
  until([&] { return ann.left(); });
  BOOST_TEST(sockets() == 0u);
}

// -- channels of others -------------------------------------------------------

BOOST_AUTO_TEST_CASE(finds_nothing_without_a_nsqlookupd) {
  set_addresses({});
  auto nobody = search("t");
  BOOST_TEST(found_by(nobody) == names{"none"});
}

BOOST_AUTO_TEST_CASE(finds_nothing_where_nobody_said_where_to_ask) {
  auto early = search("t");
  BOOST_TEST(found_by(early) == names{});
  until_known(ann, 0);
  auto still = search("t");
  BOOST_TEST(found_by(still) == names{});
  BOOST_TEST(asked() == names{});
}

BOOST_AUTO_TEST_CASE(finds_what_any_of_them_knows) {
  set_addresses({ann.address(), bob.address()});
  until_known(ann, 4161);
  until_known(bob, 4261);
  auto found = search("t");
  BOOST_TEST(asked().size() == 2u);
  BOOST_TEST(asked().front().starts_with("http://look.up:4"));
  reply(200, R"({"channels":["b","a"]})");
  reply(200, R"({"channels":["c","b","x#ephemeral"]})");
  BOOST_TEST(found_by(found) == (names{"a", "b", "c"}));
}

BOOST_AUTO_TEST_CASE(waits_for_all_of_them) {
  set_addresses({ann.address(), bob.address()});
  until_known(ann, 4161);
  until_known(bob, 4261);
  const auto done = begin<names_ptr>(discovery, atom::find_v, "t");
  reply(200, R"({"channels":["a"]})");
  BOOST_TEST(!*done);
  reply(200, R"({"channels":[]})");
  BOOST_TEST(*done);
}

BOOST_AUTO_TEST_CASE(one_that_cannot_be_asked_does_not_count) {
  set_addresses({ann.address(), bob.address()});
  until_known(ann, 4161);
  until_known(bob, 4261);
  auto found = search("t");
  reply(0, "");
  reply(200, R"({"channels":["a"]})");
  BOOST_TEST(found_by(found) == names{"a"});
  auto rubbish = search("t");
  reply(500, R"({"channels":["a"]})");
  reply(200, "<html>");
  BOOST_TEST(found_by(rubbish) == names{});
}

BOOST_AUTO_TEST_CASE(one_that_names_too_many_is_not_believed) {
  until_known(ann, 4161);
  auto found = search("t");
  std::string list;
  for (int i = 0; i < 5000; ++i)
    list += (list.empty() ? "\"c" : ",\"c") + std::to_string(i) + "\"";
  reply(200, R"({"channels":[)" + list + "]}");
  BOOST_TEST(found_by(found).size() == 1000u);
}

BOOST_AUTO_TEST_CASE(one_that_has_gone_is_still_asked) {
  until_known(ann, 4161);
  ann.hang_up();
  until([&] { return ready() == 0; });
  auto found = search("t");
  reply(200, R"({"channels":["a"]})");
  BOOST_TEST(found_by(found) == names{"a"});
}

BOOST_AUTO_TEST_CASE(a_new_topic_has_its_channels_before_anybody_gets_it) {
  until_known(ann, 4161);
  node_settings settings;
  settings.discovery = discovery;
  const auto node = sys.spawn(cafq::node, store_actor{},
                              std::vector<recovered_topic>{}, settings);
  const auto got = begin<topic_actor>(node, atom::topic_v, "t");
  BOOST_TEST(asked() == names{"http://look.up:4161/channels?topic=t"});
  BOOST_TEST(!*got);
  BOOST_TEST(ann.news() == "");
  reply(200, R"({"channels":["b","a"]})");
  BOOST_TEST(*got);
  until_hears(ann, "REGISTER t\nREGISTER t a\nREGISTER t b\n");
  // It is there now: nobody is asked again.
  BOOST_TEST(*begin<topic_actor>(node, atom::topic_v, "t"));
  BOOST_TEST(asked().size() == 1u);
  self->send_exit(node, caf::exit_reason::user_shutdown);
  run();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
