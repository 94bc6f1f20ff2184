#include "tools/cafq/actor_tree.hpp"

#include "tools/cafq/error.hpp"
#include "tools/cafq/http_client.hpp"

#include <boost/test/unit_test.hpp>

using namespace cafq::tool;

namespace {

constexpr auto example = R"({"actors":[
  {"id":1,"parent":0,"kind":"node","name":"node","mailbox":0,"handled":2,
   "paused":false,
   "counters":{"topics":2},"peers":[]},
  {"id":2,"parent":1,"kind":"topic","name":"b","mailbox":7,"handled":9,
   "paused":true,
   "counters":{},"peers":[]},
  {"id":3,"parent":1,"kind":"topic","name":"a","mailbox":0,"handled":2,
   "paused":false,
   "counters":{},"peers":[4]},
  {"id":4,"parent":3,"kind":"channel","name":"c","mailbox":1,"handled":3,
   "paused":false,
   "state":"no consumer","counters":{"depth":5},"peers":[]}]})";

} // namespace

BOOST_AUTO_TEST_SUITE(actor_tree_tests)

BOOST_AUTO_TEST_CASE(puts_children_under_their_parents) {
  BOOST_TEST(draw_actors(parse_actors(example), actor_order::name, "")
             == "node             mailbox 0  handled 2  topics 2\n"
                "|- topic a       mailbox 0  handled 2\n"
                "|  `- channel c  mailbox 1  handled 3  no consumer  depth 5\n"
                "`- topic b       mailbox 7  handled 9  paused\n");
}

BOOST_AUTO_TEST_CASE(sorts_by_mailbox) {
  BOOST_TEST(draw_actors(parse_actors(example), actor_order::mailbox, "topic")
             == "topic b  mailbox 7  handled 9  paused\n"
                "topic a  mailbox 0  handled 2\n");
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_list_of_actors) {
  for (const auto* text : {"", "[]", "{}", R"({"actors":[{"id":"x"}]})"})
    BOOST_CHECK_THROW(static_cast<void>(parse_actors(text)), error);
}

BOOST_AUTO_TEST_SUITE_END()
