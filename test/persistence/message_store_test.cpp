#include "persistence/storage_error.hpp"
#include "test/persistence/support.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq::test {

namespace {

using number_list = std::vector<uint64_t>;

block_progress finished(std::initializer_list<size_t> indexes) {
  block_progress result;
  for (auto i : indexes)
    result.finished.set(i);
  return result;
}

deferred_message make_deferred(int64_t due_ns, uint64_t number) {
  return {due_ns, make_block(number, 1)};
}

number_list numbers(const std::vector<deferred_message>& x) {
  number_list result;
  for (const auto& y : x)
    result.push_back(y.body->first_number());
  return result;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(message_store_tests, store_fixture)

BOOST_AUTO_TEST_CASE(reads_see_what_is_staged) {
  const auto q = named_queue("t");
  const auto body = make_block(100, 10);
  store->keep(q, {body, finished({0, 3})});
  const auto found = store->read(q, 0, 10);
  BOOST_TEST_REQUIRE(found.size() == 1U);
  BOOST_TEST(found[0].body == body); // not even a copy
  BOOST_TEST((found[0].progress == finished({0, 3})));
  const auto summary = store->summary(q);
  BOOST_TEST(summary.messages == 8U);
  BOOST_TEST(summary.blocks == 1U);
  BOOST_TEST(summary.last_number == 109U);
  BOOST_TEST(store->topics().size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_only_staged_is_gone_after_a_crash) {
  const auto q = named_queue("t");
  store->keep(q, {make_block(100, 10), {}});
  reopen();
  BOOST_TEST(store->read(q, 0, 10).empty());
  BOOST_TEST(store->topics().empty());
}

BOOST_AUTO_TEST_CASE(what_is_committed_comes_back) {
  const auto q = named_queue("t");
  store->keep(q, {make_block(100, 10), finished({1})});
  store->defer(q, make_deferred(5, 7));
  commit_all(*store);
  const auto before = store->summary(q);
  reopen();
  BOOST_TEST((store->summary(q) == before));
  const auto found = store->read(q, 0, 10);
  BOOST_TEST_REQUIRE(found.size() == 1U);
  BOOST_TEST(texts(*found[0].body) == texts(*make_block(100, 10)),
             boost::test_tools::per_element());
  BOOST_TEST((found[0].progress == finished({1})));
  BOOST_TEST(numbers(store->due(q, 5, 10)) == number_list{7},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(reads_from_a_number_on_in_order) {
  const auto q = named_queue("t");
  for (uint64_t first : {300U, 100U, 200U})
    store->keep(q, {make_block(first, 10), {}});
  commit_all(*store);
  store->keep(q, {make_block(150, 10), {}});
  BOOST_TEST(names(store->read(q, 0, 10)) == (number_list{100, 150, 200, 300}),
             boost::test_tools::per_element());
  BOOST_TEST(names(store->read(q, 109, 2)) == (number_list{100, 150}),
             boost::test_tools::per_element());
  BOOST_TEST(names(store->read(q, 110, 1)) == number_list{150},
             boost::test_tools::per_element());
  BOOST_TEST(names(store->read_after(q, 150, 10)) == (number_list{200, 300}),
             boost::test_tools::per_element());
  BOOST_TEST(store->read(q, 310, 10).empty());
  BOOST_TEST(store->read(77, 0, 10).empty());
}

BOOST_AUTO_TEST_CASE(a_block_done_while_staged_is_never_written) {
  const auto q = named_queue("t");
  commit_all(*store);
  size_t puts = 0;
  options.fault = [&puts](const char* call) {
    puts += std::string_view{call} == "mdb_put" ? 1U : 0U;
    return 0;
  };
  reopen();
  store->keep(q, {make_block(100, 10), {}});
  store->done(q, 100);
  BOOST_TEST(store->read(q, 0, 10).empty());
  commit_all(*store);
  BOOST_TEST(puts <= 1U); // the next queue id, perhaps
}

BOOST_AUTO_TEST_CASE(a_done_block_stays_gone) {
  const auto q = named_queue("t");
  store->keep(q, {make_block(100, 10), {}});
  store->keep(q, {make_block(200, 10), {}});
  commit_all(*store);
  store->progress(q, 100, finished({1}));
  store->done(q, 100);
  store->progress(q, 100, finished({2})); // too late, without effect
  BOOST_TEST(names(store->read(q, 0, 10)) == number_list{200},
             boost::test_tools::per_element());
  commit_all(*store);
  reopen();
  BOOST_TEST(names(store->read(q, 0, 10)) == number_list{200},
             boost::test_tools::per_element());
  BOOST_TEST(store->summary(q).messages == 10U);
}

BOOST_AUTO_TEST_CASE(a_block_replaces_one_of_its_name) {
  const auto q = named_queue("t");
  store->keep(q, {make_block(100, 10), finished({1})});
  commit_all(*store);
  store->keep(q, {make_block(100, 3), {}});
  commit_all(*store);
  reopen();
  const auto found = store->read(q, 0, 10);
  BOOST_TEST_REQUIRE(found.size() == 1U);
  BOOST_TEST(found[0].body->count() == 3U);
  BOOST_TEST(found[0].progress.empty());
}

BOOST_AUTO_TEST_CASE(progress_replaces_progress) {
  const auto q = named_queue("t");
  store->keep(q, {make_block(100, 10), {}});
  auto progress = finished({1, 2});
  progress.attempts = {{4, 2}, {5, 1}};
  store->progress(q, 100, progress);
  store->progress(q, 100, finished({1, 2, 4}));
  commit_all(*store);
  store->progress(q, 100, progress);
  BOOST_TEST((store->read(q, 0, 1)[0].progress == progress));
  BOOST_TEST(store->summary(q).messages == 8U);
  commit_all(*store);
  reopen();
  BOOST_TEST((store->read(q, 0, 1)[0].progress == progress));
  BOOST_TEST(store->summary(q).messages == 8U);
}

BOOST_AUTO_TEST_CASE(deferred_messages_come_in_order_of_time) {
  const auto q = named_queue("t");
  store->defer(q, make_deferred(30, 1));
  store->defer(q, make_deferred(10, 9));
  store->defer(named_queue("u"), make_deferred(1, 1));
  commit_all(*store);
  store->defer(q, make_deferred(10, 8));
  store->defer(q, make_deferred(20, 3));
  store->undefer(q, {30, 1});
  store->undefer(q, {31, 1}); // unknown
  BOOST_TEST(store->summary(q).deferred == 3U);
  BOOST_TEST(numbers(store->due(q, 20, 10)) == (number_list{8, 9, 3}),
             boost::test_tools::per_element());
  BOOST_TEST(numbers(store->due(q, 19, 10)) == (number_list{8, 9}),
             boost::test_tools::per_element());
  BOOST_TEST(numbers(store->due(q, 20, 1)) == number_list{8},
             boost::test_tools::per_element());
  BOOST_TEST(numbers(store->due(q, 20, 10, deferred_key{10, 8}))
               == (number_list{9, 3}),
             boost::test_tools::per_element());
  commit_all(*store);
  reopen();
  BOOST_TEST(store->summary(q).deferred == 3U);
  BOOST_TEST(numbers(store->due(q, 20, 10)) == (number_list{8, 9, 3}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(names_come_back_and_go) {
  topic_record topic;
  topic.name = "orders";
  topic.queue = store->new_queue();
  topic.created_ns = 5;
  topic.reserved = 77;
  store->put(topic);
  channel_record channel;
  channel.topic = "orders";
  channel.name = "archive";
  channel.queue = store->new_queue();
  store->put(channel);
  commit_all(*store);
  channel.paused = true;
  store->put(channel);
  BOOST_TEST((store->channels() == std::vector{channel}));
  commit_all(*store);
  reopen();
  BOOST_TEST((store->topics() == std::vector{topic}));
  BOOST_TEST((store->channels() == std::vector{channel}));
  store->erase_channel("orders", "archive");
  store->erase_topic("orders");
  BOOST_TEST(store->topics().empty());
  commit_all(*store);
  reopen();
  BOOST_TEST(store->topics().empty());
  BOOST_TEST(store->channels().empty());
  BOOST_TEST(store->new_queue() > channel.queue);
}

BOOST_AUTO_TEST_CASE(a_dropped_queue_is_swept_in_pieces) {
  const auto q = named_queue("t");
  for (uint64_t i = 0; i < 20; ++i) {
    store->keep(q, {make_block(1 + i * 10, 10), finished({1})});
    store->defer(q, make_deferred(static_cast<int64_t>(i), i));
  }
  commit_all(*store);
  store->begin_group();
  store->erase_topic("t");
  store->drop(q);
  store->end_group();
  BOOST_TEST(store->read(q, 0, 10).empty());
  BOOST_TEST(store->due(q, 100, 10).empty());
  BOOST_TEST((store->summary(q) == queue_summary{}));
  BOOST_TEST(!store->sweep(10)); // the name is still on disk
  commit_all(*store);
  size_t sweeps = 1;
  while (store->sweep(10))
    ++sweeps;
  BOOST_TEST(sweeps >= 6U);
  BOOST_TEST(sweeps <= 8U);
}

BOOST_AUTO_TEST_CASE(queues_without_a_name_are_swept_after_a_restart) {
  const auto kept = named_queue("kept");
  store->keep(kept, {make_block(1, 10), {}});
  const auto nameless = store->new_queue();
  store->keep(nameless, {make_block(1, 10), finished({1})});
  store->defer(nameless, make_deferred(1, 1));
  const auto waiting = store->new_queue();
  store->defer(waiting, make_deferred(1, 1));
  commit_all(*store);
  reopen();
  BOOST_TEST(store->read(nameless, 0, 10).empty());
  while (store->sweep(2)) {
    // nop
  }
  BOOST_TEST(store->read(kept, 0, 10).size() == 1U);
  reopen();
  BOOST_TEST(!store->sweep(1));
  BOOST_TEST(store->new_queue() > waiting);
}

BOOST_AUTO_TEST_CASE(a_commit_takes_whole_groups) {
  options.max_transaction_bytes = 100;
  reopen();
  const auto q = named_queue("t");
  commit_all(*store);
  store->begin_group();
  for (uint64_t i = 0; i < 10; ++i)
    store->keep(q, {make_block(1 + i * 100, 100), {}});
  store->end_group();
  store->keep(q, {make_block(5000, 100), {}});
  const auto ticket = store->staged();
  BOOST_TEST(store->commit());
  BOOST_TEST(store->durable() < ticket);
  reopen();
  BOOST_TEST(store->read(q, 0, 100).size() == 10U);
}

BOOST_AUTO_TEST_CASE(a_commit_leaves_an_open_group_alone) {
  const auto q = named_queue("t");
  store->begin_group();
  store->keep(q, {make_block(1, 1), {}});
  BOOST_TEST(!store->commit());
  BOOST_TEST(!store->commit());
  store->keep(q, {make_block(5, 1), {}});
  BOOST_TEST(store->durable() < store->staged());
  store->end_group();
  BOOST_TEST(!store->commit());
  BOOST_TEST(store->durable() == store->staged());
}

BOOST_AUTO_TEST_CASE(the_map_grows_by_itself) {
  options.map_size = 1 << 20;
  reopen();
  const auto q = named_queue("t");
  const std::string big(size_t{1} << 20, 'x');
  for (uint64_t i = 1; i <= 20; ++i) {
    store->keep(q, {make_block({{i, 0, 0, big}}), {}});
    static_cast<void>(store->commit());
    BOOST_TEST_REQUIRE(store->read(q, i, 1)[0].body->bytes() == big.size());
  }
  reopen();
  BOOST_TEST(store->read(q, 0, 100).size() == 20U);
}

BOOST_AUTO_TEST_CASE(there_is_room) {
  BOOST_TEST(store->room());
}

BOOST_AUTO_TEST_CASE(keeps_marks) {
  BOOST_TEST(store->mark("m") == 0U);
  store->put_mark("m", 7);
  store->put_mark("other", 9);
  BOOST_TEST(store->mark("m") == 7U);
  commit_all(*store);
  store->put_mark("m", 8);
  BOOST_TEST(store->mark("m") == 8U);
  reopen();
  BOOST_TEST(store->mark("m") == 7U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
