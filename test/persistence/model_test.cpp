#include "test/persistence/model.hpp"

#include "test/support/seed.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>

namespace cafq::test {

namespace {

using generator = std::mt19937_64;

/// Does the same to a store and to a model of it.
class walk {
public:
  explicit walk(uint64_t seed) : random_(seed) {
    fixture_.options.max_transaction_bytes = 4096;
    fixture_.reopen();
  }

  void run(size_t steps) {
    for (size_t i = 0; i < steps; ++i) {
      step();
      if (i % 64 == 0)
        now_.check(store());
    }
    now_.check(store());
    commit();
    restart();
  }

private:
  void step() {
    const auto dice = below(100);
    if (dice < 25)
      keep();
    else if (dice < 35)
      progress();
    else if (dice < 48)
      done();
    else if (dice < 60)
      defer();
    else if (dice < 69)
      undefer();
    else if (dice < 74)
      name();
    else if (dice < 76)
      forget();
    else if (dice < 80)
      static_cast<void>(store().sweep(1 + below(10)));
    else if (dice < 90)
      read();
    else if (dice < 96)
      commit();
    else
      restart();
  }

  // -- writes -----------------------------------------------------------------

  /// Runs `f` in a group, or not.
  void maybe_grouped(const std::function<void()>& f) {
    const auto grouped = below(3) == 0;
    if (grouped)
      store().begin_group();
    f();
    if (grouped)
      store().end_group();
  }

  void name() {
    const auto topic = "t" + std::to_string(below(8));
    if (!now_.topics.contains(topic) || below(3) == 0) {
      auto& x = now_.topics[topic];
      if (x.queue == 0)
        now_.queues[x.queue = store().new_queue()];
      x.name = topic;
      x.paused = below(2) == 0;
      x.created_ns = static_cast<int64_t>(below(1000));
      x.reserved = random_();
      store().put(x);
      return;
    }
    const auto channel = "c" + std::to_string(below(4));
    auto& x = now_.channels[{topic, channel}];
    if (x.queue == 0)
      now_.queues[x.queue = store().new_queue()];
    x.topic = topic;
    x.name = channel;
    x.paused = below(2) == 0;
    store().put(x);
  }

  void forget() {
    if (now_.channels.empty())
      return;
    const auto i = pick(now_.channels);
    const auto x = i->second;
    store().begin_group();
    if (below(2) == 0) {
      store().erase_channel(x.topic, x.name);
      now_.channels.erase(i);
    } else { // "empty"
      i->second.queue = store().new_queue();
      now_.queues[i->second.queue];
      store().put(i->second);
    }
    store().drop(x.queue);
    store().end_group();
    now_.queues.erase(x.queue);
  }

  void keep() {
    if (now_.queues.empty())
      return;
    auto& [id, x] = *pick(now_.queues);
    model::block y;
    auto number = below(2000);
    const auto count = 1 + below(below(8) == 0 ? 256 : 8);
    for (size_t i = 0; i < count; ++i) {
      y.messages.push_back(message(number));
      number += 1 + (below(4) == 0 ? below(20) : 0);
    }
    if (below(3) == 0)
      y.progress = some_progress(count);
    maybe_grouped([&, queue = id] {
      store().keep(queue, {make_block(y.messages), y.progress});
    });
    x.blocks[y.messages.front().number] = y;
  }

  void progress() {
    auto [id, x] = with_blocks();
    if (x == nullptr)
      return;
    const auto i = pick(x->blocks);
    i->second.progress = some_progress(i->second.messages.size());
    maybe_grouped([&, queue = id] {
      store().progress(queue, i->first, i->second.progress);
    });
  }

  void done() {
    auto [id, x] = with_blocks();
    if (x == nullptr)
      return;
    const auto i = pick(x->blocks);
    maybe_grouped([&, queue = id] { store().done(queue, i->first); });
    x->blocks.erase(i);
  }

  void defer() {
    if (now_.queues.empty())
      return;
    auto& [id, x] = *pick(now_.queues);
    const deferred_key key{static_cast<int64_t>(below(100)) - 20, below(50)};
    const auto y = message(key.number);
    maybe_grouped([&, queue = id] {
      store().defer(queue, {key.due_ns, make_block(std::vector{y})});
    });
    x.deferred[key] = y;
  }

  void undefer() {
    if (now_.queues.empty())
      return;
    auto& [id, x] = *pick(now_.queues);
    deferred_key key{static_cast<int64_t>(below(100)), below(50)};
    if (!x.deferred.empty() && below(10) != 0)
      key = pick(x.deferred)->first;
    maybe_grouped([&, queue = id] { store().undefer(queue, key); });
    x.deferred.erase(key);
  }

  // -- reads ------------------------------------------------------------------

  void read() {
    if (now_.queues.empty())
      return;
    auto& [id, x] = *pick(now_.queues);
    const auto from = below(2200);
    const auto max = 1 + below(5);
    std::vector<const model::block*> reaching;
    std::vector<const model::block*> after;
    for (const auto& [first, y] : x.blocks) {
      if (y.messages.back().number >= from && reaching.size() < max)
        reaching.push_back(&y);
      if (first > from && after.size() < max)
        after.push_back(&y);
    }
    model::check_blocks(store().read(id, from, max), reaching);
    model::check_blocks(store().read_after(id, from, max), after);
    check_due(id, x);
  }

  void check_due(queue_id id, model::queue& x) {
    const auto until = static_cast<int64_t>(below(90)) - 10;
    const auto max = 1 + below(5);
    std::optional<deferred_key> after;
    if (!x.deferred.empty() && below(2) == 0)
      after = pick(x.deferred)->first;
    std::vector<deferred_key> expected;
    for (const auto& [key, y] : x.deferred)
      if (key.due_ns <= until && (!after || key > *after)
          && expected.size() < max)
        expected.push_back(key);
    std::vector<deferred_key> found;
    for (const auto& y : store().due(id, until, max, after))
      found.push_back({y.due_ns, y.body->first_number()});
    BOOST_REQUIRE(found == expected);
  }

  // -- commits ----------------------------------------------------------------

  void commit() {
    commit_all(store());
    BOOST_TEST_REQUIRE(store().durable() == store().staged());
    BOOST_TEST_REQUIRE(store().staged_bytes() == 0U);
    durable_ = now_;
  }

  /// A crash, unless a commit came just before.
  void restart() {
    fixture_.reopen();
    now_ = durable_;
    now_.check(store());
    BOOST_TEST_REQUIRE(store().damaged_blocks() == 0U);
  }

  // -- chance -----------------------------------------------------------------

  uint64_t below(uint64_t end) {
    return random_() % end;
  }

  template <class Map>
  typename Map::iterator pick(Map& from) {
    return std::next(from.begin(), static_cast<ptrdiff_t>(below(from.size())));
  }

  std::pair<queue_id, model::queue*> with_blocks() {
    if (now_.queues.empty())
      return {};
    auto& [id, x] = *pick(now_.queues);
    if (x.blocks.empty())
      return {};
    return {id, &x};
  }

  text message(uint64_t number) {
    return {number, static_cast<int64_t>(random_()),
            static_cast<uint16_t>(random_()),
            std::string(below(20) == 0 ? below(5000) : below(30),
                        static_cast<char>(random_()))};
  }

  block_progress some_progress(size_t count) {
    block_progress result;
    for (size_t i = 0; i < count; ++i)
      if (below(2) == 0)
        result.finished.set(i);
      else if (below(4) == 0)
        result.attempts.emplace_back(i, random_());
    return result;
  }

  message_store& store() {
    return *fixture_.store;
  }

  generator random_;
  store_fixture fixture_;
  model now_;
  model durable_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(model_tests)

BOOST_AUTO_TEST_CASE(behaves_like_the_model_through_restarts_and_crashes) {
  const auto seed = test::seed();
  for (uint64_t round = 0; round < 12; ++round) {
    BOOST_TEST_CONTEXT("CAFQ_SEED=" << seed << " round " << round)
    walk{seed + round}.run(1000);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
