#include "persistence/storage_error.hpp"
#include "test/persistence/model.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <utility>

namespace cafq::test {

namespace {

/// All kinds of modifications with commits between them, next to a model. The
/// n-th write fails.
class scenario {
public:
  scenario(size_t failing_write, int code)
    : failing_write_(failing_write), code_(code) {
    fixture_.options.max_transaction_bytes = 500;
    fixture_.options.fault = [this](const char*) {
      return ++writes_ == failing_write_ ? code_ : 0;
    };
    fixture_.reopen();
  }

  void run() {
    name();
    fill();
    commit();
    empty_some();
    commit();
    move();
    commit();
    forget();
    commit();
    sweep();
    fixture_.reopen();
    expected_.check(store());
  }

  [[nodiscard]] bool failed() const noexcept {
    return writes_ >= failing_write_;
  }

private:
  void name() {
    for (const auto* name : {"t", "u"}) {
      auto& x = expected_.topics[name];
      x.name = name;
      x.queue = store().new_queue();
      store().put(x);
      expected_.queues[x.queue];
    }
    q_ = expected_.topics["t"].queue;
  }

  void fill() {
    for (uint64_t i = 1; i <= 6; ++i) {
      model::block x;
      x.messages = texts(*make_block(i * 100, 20));
      if (i % 2 == 0)
        x.progress.finished.set(i);
      store().keep(q_, {make_block(x.messages), x.progress});
      expected_.queues[q_].blocks[i * 100] = x;
      defer(static_cast<int64_t>(50 - i), i);
    }
  }

  void defer(int64_t due_ns, uint64_t number) {
    const text x{number, 1, 2, "deferred"};
    store().defer(q_, {due_ns, make_block({x})});
    expected_.queues[q_].deferred[{due_ns, number}] = x;
  }

  void empty_some() {
    auto& queue = expected_.queues[q_];
    store().done(q_, 100);
    queue.blocks.erase(100);
    queue.blocks[200].progress.attempts = {{1, 1}, {3, 7}};
    store().progress(q_, 200, queue.blocks[200].progress);
    store().undefer(q_, {49, 1});
    queue.deferred.erase({49, 1});
  }

  void move() {
    auto& queue = expected_.queues[q_];
    store().begin_group();
    store().done(q_, 300);
    queue.blocks.erase(300);
    for (uint64_t i = 300; i < 320; ++i)
      defer(7, i);
    store().end_group();
  }

  void forget() {
    store().begin_group();
    auto& topic = expected_.topics["t"];
    const auto old = std::exchange(topic.queue, store().new_queue());
    store().put(topic);
    store().drop(old);
    store().end_group();
    expected_.queues.erase(old);
    expected_.queues[topic.queue];
  }

  // -- with failures ----------------------------------------------------------

  template <class F>
  void retry(F&& f) {
    for (bool more = true; more;) {
      try {
        more = f();
      } catch (const storage_error& x) {
        expected_.check(store()); // reads go on
        BOOST_TEST_REQUIRE((x.kind() == storage_failure::full));
      }
    }
  }

  void commit() {
    retry([this] { return store().commit(); });
    expected_.check(store());
  }

  void sweep() {
    retry([this] { return store().sweep(3); });
    expected_.check(store());
  }

  message_store& store() {
    return *fixture_.store;
  }

  size_t failing_write_;
  int code_;
  size_t writes_ = 0;
  store_fixture fixture_;
  queue_id q_ = 0;
  model expected_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(fault_tests)

BOOST_AUTO_TEST_CASE(a_full_disk_at_any_write_costs_nothing) {
  for (size_t n = 1;; ++n) {
    BOOST_TEST_CONTEXT("failing write " << n) {
      scenario x{n, ENOSPC};
      x.run();
      if (!x.failed()) {
        BOOST_TEST(n > 60U);
        break;
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(an_io_error_at_a_commit_is_the_end) {
  store_fixture x;
  x.options.fault = [](const char* call) {
    return std::string_view{call} == "mdb_txn_commit" ? EIO : 0;
  };
  x.reopen();
  const auto q = x.named_queue("t");
  x.store->keep(q, {make_block(1, 10), {}});
  for (int i = 0; i < 2; ++i)
    BOOST_CHECK_EXCEPTION(static_cast<void>(x.store->commit()), storage_error,
                          [](const storage_error& y) {
                            return y.kind() == storage_failure::fatal;
                          });
  BOOST_TEST(x.store->read(q, 0, 1).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
