#include "persistence/storage_error.hpp"
#include "test/persistence/support.hpp"
#include "test/support/seed.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <map>
#include <set>

namespace cafq::test {

namespace {

/// Moves messages between blocks and times, in groups, with commits so small
/// that a crash falls between them.
class mover {
public:
  explicit mover(uint64_t seed) : random_(seed) {
    fixture_.options.max_transaction_bytes = 200;
    fixture_.reopen();
    queue_ = fixture_.named_queue("t");
    commit_all(store());
    // Deletions overtake what does not fit.
    fixture_.options.fault = [this](const char* call) {
      return std::string_view{call} == "mdb_txn_commit" && random_() % 3 == 0
               ? ENOSPC
               : 0;
    };
    fixture_.reopen();
  }

  void run(size_t steps) {
    for (size_t i = 0; i < steps; ++i) {
      step();
      if (random_() % 8 == 0)
        commit();
      if (random_() % 25 == 0)
        crash();
    }
  }

private:
  void commit() {
    try {
      static_cast<void>(store().commit());
    } catch (const storage_error& x) {
      BOOST_TEST_REQUIRE((x.kind() == storage_failure::full));
    }
  }

  /// Where the owner of the queue has a message.
  struct place {
    bool deferred = false;
    uint64_t block = 0;
    int64_t due_ns = 0;
  };

  void step() {
    const auto dice = random_() % 10;
    if (dice < 3 || places_.empty())
      publish();
    else if (dice < 6)
      defer(pick());
    else if (dice < 8)
      pack();
    else
      finish(pick());
  }

  void publish() {
    const auto count = 1 + random_() % 4;
    store().keep(queue_, {make_block(next_, count), {}});
    for (size_t i = 0; i < count; ++i) {
      places_[next_ + i] = {.block = next_};
      published_[next_ + i] = store().staged();
    }
    next_ += count;
  }

  /// REQ with a delay: to `defer`, from wherever it is.
  void defer(uint64_t number) {
    const auto due = static_cast<int64_t>(random_() % 1000);
    store().begin_group();
    if (!places_[number].deferred || places_[number].due_ns != due) {
      leave(number);
      store().defer(queue_, {due, make_block(number, 1)});
      places_[number] = {.deferred = true, .due_ns = due};
    }
    store().end_group();
  }

  /// What is due goes into a block of its own, except what would give it the
  /// name of another one.
  void pack() {
    std::vector<text> packed;
    store().begin_group();
    for (const auto& [number, x] : places_)
      if (x.deferred && packed.size() < 5 && block_named(number).empty())
        packed.push_back({number, 0, 0, "m" + std::to_string(number)});
    for (const auto& x : packed)
      leave(x.number);
    if (!packed.empty())
      store().keep(queue_, {make_block(packed), {}});
    for (const auto& x : packed)
      places_[x.number] = {.block = packed.front().number};
    store().end_group();
  }

  /// Not in a group, as a plain FIN is.
  void finish(uint64_t number) {
    finished_.insert(number);
    leave(number);
    places_.erase(number);
  }

  void leave(uint64_t number) {
    const auto x = places_[number];
    if (x.deferred) {
      store().undefer(queue_, {x.due_ns, number});
      return;
    }
    const auto blocks = block_named(x.block);
    BOOST_TEST_REQUIRE(blocks.size() == 1U);
    auto progress = blocks.front().progress;
    const auto index = blocks.front().body->index_of(number);
    BOOST_TEST_REQUIRE(index.has_value());
    progress.finished.set(*index);
    if (progress.finished.count() == blocks.front().body->count())
      store().done(queue_, x.block);
    else
      store().progress(queue_, x.block, progress);
  }

  std::vector<stored_block> block_named(uint64_t first) {
    auto result = store().read_after(queue_, first - 1, 1);
    if (!result.empty() && result.front().body->first_number() != first)
      result.clear();
    return result;
  }

  /// Whatever was durable and not finished has to be there, once.
  void crash() {
    const auto durable = store().durable();
    fixture_.reopen();
    std::map<uint64_t, place> found;
    for (const auto& x : store().read(queue_, 0, 100'000))
      for (size_t i = 0; i < x.body->count(); ++i)
        if (!x.progress.finished[i])
          BOOST_TEST_REQUIRE(found
                               .emplace(x.body->number(i),
                                        place{.block = x.body->first_number()})
                               .second);
    for (const auto& x :
         store().due(queue_, std::numeric_limits<int64_t>::max(), 100'000))
      BOOST_TEST_REQUIRE(found
                           .emplace(x.body->first_number(),
                                    place{.deferred = true, .due_ns = x.due_ns})
                           .second);
    for (const auto& [number, ticket] : published_)
      if (ticket <= durable && !finished_.contains(number))
        BOOST_TEST_REQUIRE(found.contains(number), "lost " << number);
    // Tickets start anew with each store; whoever is there was durable.
    places_ = found;
    published_.clear();
    for (const auto& [number, x] : found)
      published_[number] = 0;
    finished_.clear();
  }

  uint64_t pick() {
    return std::next(places_.begin(),
                     static_cast<ptrdiff_t>(random_() % places_.size()))
      ->first;
  }

  message_store& store() {
    return *fixture_.store;
  }

  std::mt19937_64 random_;
  store_fixture fixture_;
  queue_id queue_ = 0;
  uint64_t next_ = 1;
  std::map<uint64_t, place> places_;
  std::map<uint64_t, uint64_t> published_;
  std::set<uint64_t> finished_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(move_tests)

BOOST_AUTO_TEST_CASE(no_crash_loses_or_doubles_a_message_on_the_move) {
  const auto seed = test::seed();
  for (uint64_t round = 0; round < 10; ++round) {
    BOOST_TEST_CONTEXT("CAFQ_SEED=" << seed << " round " << round)
    mover{seed + round}.run(1000);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
