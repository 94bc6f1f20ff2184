#include "actors/queue_storage.hpp"

#include "test/persistence/support.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <utility>

namespace cafq::queue {

BOOST_AUTO_TEST_SUITE(queue_storage_tests)

namespace {

constexpr int64_t due_ns = 1'000'000;
constexpr auto all = std::numeric_limits<size_t>::max();

block_ptr message(uint64_t number, uint16_t attempts = 0) {
  return test::make_block({{number, 0, attempts, std::string(1000, 'x')}});
}

/// A store whose transactions hold four messages or so.
struct fixture : test::store_fixture {
  fixture() {
    options.max_transaction_bytes = 4096;
    reopen();
    id = named_queue("t");
    test::commit_all(*store);
  }

  /// Returns the numbers a crash would leave; none may be there twice.
  std::multiset<uint64_t> crash() {
    reopen();
    std::multiset<uint64_t> result;
    for (const auto& x : store->read(id, 0, all))
      for (size_t i = 0; i < x.body->count(); ++i)
        if (!x.progress.finished[i])
          result.insert(x.body->number(i));
    for (const auto& x :
         store->due(id, std::numeric_limits<int64_t>::max(), all))
      result.insert(x.body->first_number());
    return result;
  }

  queue_id id = 0;
};

store_orders keep_all(uint64_t first, uint64_t last) {
  store_orders result;
  for (auto number = first; number <= last; ++number)
    result.keep.push_back({message(number), {}});
  return result;
}

} // namespace

BOOST_FIXTURE_TEST_CASE(much_goes_into_several_transactions, fixture) {
  carry_out(*store, id, keep_all(1, 20));
  store_orders rows;
  for (uint64_t number = 21; number <= 40; ++number)
    rows.defer.push_back({due_ns, message(number)});
  carry_out(*store, id, std::move(rows));
  for (int commits = 1; commits <= 5; ++commits)
    BOOST_TEST(store->commit(), "all of it after " << commits);
  test::commit_all(*store);
  BOOST_TEST(crash().size() == 40U);
}

BOOST_AUTO_TEST_CASE(a_message_leaves_its_row_for_a_block_at_once) {
  for (int commits = 0; commits < 10; ++commits) {
    fixture f;
    store_orders before;
    before.defer.push_back({due_ns, message(10)});
    carry_out(*f.store, f.id, std::move(before));
    test::commit_all(*f.store);
    auto x = keep_all(1, 20);
    x.undefer.push_back({due_ns, 10});
    carry_out(*f.store, f.id, std::move(x));
    for (int i = 0; i < commits; ++i)
      static_cast<void>(f.store->commit());
    BOOST_TEST(f.crash().count(10) == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_message_leaves_its_block_for_a_row_at_once) {
  for (int commits = 0; commits < 10; ++commits) {
    fixture f;
    carry_out(*f.store, f.id, keep_all(1, 1));
    test::commit_all(*f.store);
    auto x = keep_all(2, 20);
    x.defer.push_back({due_ns, message(1, 1)});
    x.done.push_back(1);
    carry_out(*f.store, f.id, std::move(x));
    for (int i = 0; i < commits; ++i)
      static_cast<void>(f.store->commit());
    BOOST_TEST(f.crash().count(1) == 1U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
