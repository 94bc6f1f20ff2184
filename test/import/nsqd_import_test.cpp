#include "persistence/import/nsqd_import.hpp"

#include "persistence/import/store_target.hpp"
#include "persistence/storage_error.hpp"
#include "test/import/nsqd_files.hpp"
#include "test/persistence/support.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <set>
#include <stdexcept>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace cafq::test {

namespace {

constexpr auto one_topic
  = R"([{"name":"t","paused":false,"channels":[{"name":"c","paused":false}]}])";

struct import_fixture : store_fixture {
  nsqd_files source;

  std::vector<imported_queue> import_all() {
    const nsqd::nsqd_data_path from{source.path()};
    warnings = from.warnings();
    store_target to{*store, imported_ns};
    nsqd_import uut{from, to, imported_ns,
                    [](uint64_t, uint64_t done, uint64_t all) {
                      BOOST_REQUIRE(done <= all);
                    }};
    uut.run();
    return uut.queues();
  }

  /// Returns what a broker would find in a queue, in order.
  std::vector<text>
  in_queue(const std::string& topic, const std::string& channel = {}) {
    store_names names{*store};
    const auto id = channel.empty() ? names.queue_of(topic).value()
                                    : names.channels_of(topic).at(channel);
    std::vector<text> result;
    for (const auto& x : store->read(id, 0, SIZE_MAX))
      for (auto& y : texts(*x.body))
        result.push_back(std::move(y));
    return result;
  }

  /// Checks a queue against messages of a series, whatever their numbers.
  void check(const std::vector<text>& found, uint64_t first, uint64_t count) {
    BOOST_TEST_REQUIRE(found.size() == count);
    for (uint64_t i = 0; i < count; ++i) {
      const auto expected = nsqd_message_of(first + i);
      const auto& x = found[i];
      BOOST_REQUIRE((x.body == expected.body
                     && x.timestamp_ns == expected.timestamp_ns
                     && x.attempts == expected.attempts));
    }
  }

  std::vector<std::string> warnings;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(nsqd_import_tests, import_fixture)

BOOST_AUTO_TEST_CASE(brings_all_that_nsqd_had) {
  source.names(R"([{"name":"a","paused":true,"channels":)"
               R"([{"name":"x","paused":false},{"name":"y","paused":true}]},)"
               R"({"name":"b","paused":false,"channels":null}])");
  source.data("a:x", 0, nsqd_bytes(nsqd_messages(0, 600)));
  source.meta("a:x", "600\n0,0\n0,1\n");
  source.data("a:y", 3, nsqd_bytes(nsqd_messages(600, 3)));
  source.data("a:y", 4, nsqd_bytes(nsqd_messages(603, 2)));
  source.meta("a:y", "5\n3,0\n4,0\n");
  source.data("a", 0, nsqd_bytes(nsqd_messages(700, 4)));
  source.data("b", 0, nsqd_bytes(nsqd_messages(800, 5)));
  const auto before = source.content();
  const auto found = import_all();
  BOOST_TEST((source.content() == before));
  BOOST_TEST(warnings.empty());
  BOOST_TEST_REQUIRE(found.size() == 4U);
  BOOST_TEST(found[0].channel == "x");
  BOOST_TEST(found[0].messages == 600U);
  BOOST_TEST(found[1].messages == 5U);
  BOOST_TEST(found[2].channel.empty());
  BOOST_TEST(found[2].messages == 4U);
  BOOST_TEST(found[3].messages == 5U);
  reopen();
  check(in_queue("a", "x"), 0, 600);
  check(in_queue("a", "y"), 600, 5);
  check(in_queue("a"), 700, 4);
  check(in_queue("b"), 800, 5);
  store_names names{*store};
  const auto a = names.find("a");
  BOOST_TEST(a.queue.paused);
  BOOST_TEST(!a.channels[0].second.paused);
  BOOST_TEST(a.channels[1].second.paused);
  BOOST_TEST(!names.find("b").queue.paused);
}

BOOST_AUTO_TEST_CASE(gives_numbers_that_nobody_has_or_will_have) {
  source.names(R"([{"name":"t","channels":[{"name":"c"},{"name":"d"}]}])");
  source.data("t:c", 0, nsqd_bytes(nsqd_messages(0, 300)));
  source.data("t:d", 0, nsqd_bytes(nsqd_messages(0, 300)));
  source.data("t", 0, nsqd_bytes(nsqd_messages(0, 300)));
  import_all();
  std::set<uint64_t> numbers;
  for (const auto& queue :
       {in_queue("t", "c"), in_queue("t", "d"), in_queue("t")})
    for (const auto& x : queue)
      numbers.insert(x.number);
  BOOST_TEST(numbers.size() == 900U);
  BOOST_TEST(*numbers.begin() >= static_cast<uint64_t>(imported_ns / 1000));
  BOOST_TEST(*numbers.rbegin() < store_names{*store}.find("t").reserved);
}

BOOST_AUTO_TEST_CASE(adds_to_what_a_broker_has) {
  store_names names{*store};
  // By the clock of somebody who is years ahead.
  const auto ahead = static_cast<uint64_t>(imported_ns / 1000) * 2;
  const auto topic = names.add_topic("t", ahead + 1, imported_ns);
  store->keep(topic, {make_block(ahead, 1), {}});
  source.names(R"([{"name":"t","paused":true,"channels":[{"name":"c"}]}])");
  source.data("t:c", 0, nsqd_bytes(nsqd_messages(0, 3)));
  import_all();
  // The first channel has what the topic held.
  const auto found = in_queue("t", "c");
  BOOST_TEST_REQUIRE(found.size() == 4U);
  BOOST_TEST(found[0].number == ahead);
  BOOST_TEST(found[1].number > ahead);
  BOOST_TEST(!store_names{*store}.find("t").queue.paused);
}

BOOST_AUTO_TEST_CASE(a_second_run_adds_nothing) {
  source.names(one_topic);
  source.data("t:c", 0, nsqd_bytes(nsqd_messages(0, 10)));
  import_all();
  reopen();
  const auto found = import_all();
  BOOST_TEST(found[0].messages == 0U);
  BOOST_TEST(found[0].before == nsqd_bytes(nsqd_messages(0, 10)).size());
  check(in_queue("t", "c"), 0, 10);
}

BOOST_AUTO_TEST_CASE(a_second_run_brings_what_came_meanwhile) {
  source.names(one_topic);
  source.data("t:c", 0, nsqd_bytes(nsqd_messages(0, 10)));
  import_all();
  source.data("t:c", 0, nsqd_bytes(nsqd_messages(0, 12)));
  source.data("t:c", 1, nsqd_bytes(nsqd_messages(12, 3)));
  source.meta("t:c", "15\n0,40\n1,0\n");
  BOOST_TEST(import_all()[0].messages == 5U);
  check(in_queue("t", "c"), 0, 15);
}

BOOST_AUTO_TEST_CASE(a_file_is_known_by_what_is_in_it) {
  source.names(one_topic);
  source.data("t:c", 0, nsqd_bytes(nsqd_messages(0, 10)));
  import_all();
  // Another one of the same name: nsqd began anew at 0.
  source.data("t:c", 0, nsqd_bytes(nsqd_messages(10, 5)));
  BOOST_TEST(import_all()[0].messages == 5U);
  check(in_queue("t", "c"), 0, 15);
}

BOOST_AUTO_TEST_CASE(goes_on_where_it_failed) {
  // Files so small that it takes several transactions.
  source.names(one_topic);
  constexpr uint64_t files = 600;
  for (uint64_t i = 0; i < files; ++i)
    source.data("t:c", i, nsqd_bytes(nsqd_messages(2 * i, 2)));
  for (int fail_at = 0;; ++fail_at) {
    scratch_directory other;
    auto failing = options;
    int calls = 0;
    failing.fault = [&](const char* call) {
      return std::string_view{call} == "mdb_txn_commit" && calls++ == fail_at
               ? EIO
               : 0;
    };
    store = open_message_store(other.store_file(), failing);
    auto failed = false;
    try {
      import_all();
    } catch (const storage_error&) {
      failed = true;
    }
    store = nullptr;
    store = open_message_store(other.store_file(), options);
    import_all();
    check(in_queue("t", "c"), 0, 2 * files);
    store = nullptr;
    if (!failed) {
      BOOST_TEST(fail_at >= 3);
      break;
    }
  }
}

BOOST_AUTO_TEST_CASE(salvages_what_is_in_damaged_files) {
  source.names(one_topic);
  // Read up to the damage, called bad, read on in the next.
  source.write(nsqd_files::data_name("t:c", 0) + ".bad",
               nsqd_bytes(nsqd_messages(100, 3)) + "damage"
                 + nsqd_bytes(nsqd_messages(0, 2)));
  const auto cut = nsqd_message_of(99).bytes().substr(0, 35);
  source.data("t:c", 1, nsqd_bytes(nsqd_messages(2, 4)) + cut);
  source.data("t:c", 2, nsqd_bytes(nsqd_messages(6, 2)));
  source.meta("t:c", "9\n1,0\n2,0\n");
  const auto found = import_all();
  check(in_queue("t", "c"), 0, 8);
  BOOST_TEST(found[0].skipped == 6 + cut.size());
}

BOOST_AUTO_TEST_CASE(of_a_bad_file_without_damage_all_was_delivered) {
  source.names(one_topic);
  // nsqd makes such when it reads a file that it has just gone on from.
  source.write(nsqd_files::data_name("t:c", 0) + ".bad",
               nsqd_bytes(nsqd_messages(100, 3)));
  source.data("t:c", 1, nsqd_bytes(nsqd_messages(0, 2)));
  source.meta("t:c", "2\n1,0\n1,0\n");
  BOOST_TEST(import_all()[0].skipped == 0U);
  check(in_queue("t", "c"), 0, 2);
}

BOOST_AUTO_TEST_CASE(nsqd_takes_a_message_that_is_too_large_for_damage) {
  source.names(one_topic);
  auto large = nsqd_message_of(1);
  large.body.assign((1 << 20) + 1, 'x');
  source.write(nsqd_files::data_name("t:c", 0) + ".bad",
               nsqd_bytes({nsqd_message_of(0), large, nsqd_message_of(2)}));
  source.meta("t:c", "0\n1,0\n1,0\n");
  import_all();
  const auto found = in_queue("t", "c");
  BOOST_TEST_REQUIRE(found.size() == 2U);
  BOOST_TEST((found[0].body == large.body));
}

BOOST_AUTO_TEST_CASE(finds_queues_that_nsqd_dat_does_not_name) {
  source.names("null");
  source.data("t:c", 0, nsqd_bytes(nsqd_messages(0, 3)));
  const auto found = import_all();
  BOOST_TEST_REQUIRE(found.size() == 1U);
  BOOST_TEST(!found[0].listed);
  check(in_queue("t", "c"), 0, 3);
}

BOOST_AUTO_TEST_CASE(keeps_messages_larger_than_any_block) {
  source.names(one_topic);
  auto large = nsqd_message_of(1);
  large.body.assign(3'000'000, 'x');
  source.data("t:c", 0,
              nsqd_bytes({nsqd_message_of(0), large, nsqd_message_of(2)}));
  import_all();
  const auto found = in_queue("t", "c");
  BOOST_TEST_REQUIRE(found.size() == 3U);
  BOOST_TEST((found[1].body == large.body));
}

BOOST_AUTO_TEST_CASE(is_refused_while_nsqd_runs) {
  source.names("null");
  const auto nsqd = ::open(source.path().c_str(), O_RDONLY | O_DIRECTORY);
  BOOST_REQUIRE(::flock(nsqd, LOCK_EX | LOCK_NB) == 0);
  BOOST_CHECK_THROW(import_all(), storage_error);
  ::close(nsqd);
  import_all();
}

BOOST_AUTO_TEST_CASE(keeps_nsqd_away_meanwhile) {
  source.names("null");
  const nsqd::nsqd_data_path uut{source.path()};
  const auto nsqd = ::open(source.path().c_str(), O_RDONLY | O_DIRECTORY);
  BOOST_TEST(::flock(nsqd, LOCK_EX | LOCK_NB) != 0);
  ::close(nsqd);
}

BOOST_AUTO_TEST_CASE(is_refused_where_nothing_of_nsqd_is) {
  BOOST_CHECK_THROW(import_all(), storage_error);
  BOOST_CHECK_THROW(nsqd::nsqd_data_path{source.path() / "none"},
                    storage_error);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
