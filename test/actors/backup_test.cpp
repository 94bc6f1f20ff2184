#include "actors/backup.hpp"

#include "actors/store.hpp"
#include "test/persistence/support.hpp"
#include "test/support/deterministic_system.hpp"

#include <boost/test/unit_test.hpp>

#include <caf/scoped_actor.hpp>

#include <cerrno>
#include <chrono>

namespace cafq::test {

namespace {

using namespace std::chrono_literals;

constexpr uint64_t plenty = uint64_t{1} << 40;

struct backup_fixture : store_fixture, deterministic_system {
  std::shared_ptr<message_store> disk = std::move(store);
  std::shared_ptr<store_health> health = std::make_shared<store_health>();
  queue_id q = disk->new_queue();
  store_actor keeper = sys.spawn(cafq::store, disk, health);
  backup_actor uut = sys.spawn(cafq::backup, keeper, disk, health);

  backup_fixture() {
    topic_record x;
    x.name = "t";
    x.queue = q;
    disk->put(x);
    fill(1);
  }

  ~backup_fixture() {
    self->send_exit(uut, caf::exit_reason::user_shutdown);
    self->send_exit(keeper, caf::exit_reason::user_shutdown);
    run();
  }

  /// Some 6 MB.
  void fill(uint64_t from) {
    for (auto i = from; i != from + 100; ++i)
      disk->keep(q, {make_block({{i, 7, 1, std::string(60'000, 'x')}}), {}});
    commit_all(*disk);
  }

  bool begin(uint64_t max_growth = plenty) {
    return ask<atom::backup>(uut, atom::backup_v, max_growth).has_value();
  }

  /// Reads on to the end.
  /// @returns how many bytes, nothing if it was broken off.
  std::optional<size_t> rest() {
    size_t result = 0;
    for (;;) {
      const auto x = ask<text_ptr>(uut, atom::load_v);
      if (!x)
        return std::nullopt;
      if ((*x)->empty())
        return result;
      result += (*x)->size();
    }
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(backup_tests, backup_fixture)

BOOST_AUTO_TEST_CASE(copies_the_store_as_often_as_wanted) {
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(begin());
    BOOST_TEST(rest().value_or(0) > 6'000'000U);
  }
}

BOOST_AUTO_TEST_CASE(has_what_the_store_was_given_before) {
  disk->keep(q, {make_block({{999, 7, 1, std::string(60'000, 'x')}}), {}});
  BOOST_TEST(disk->staged() > disk->durable());
  BOOST_TEST(begin());
  BOOST_TEST(disk->staged() == disk->durable());
}

BOOST_AUTO_TEST_CASE(takes_one_at_a_time) {
  BOOST_TEST(begin());
  caf::scoped_actor other{sys};
  auto refused = other->request(uut, caf::infinite, atom::backup_v, plenty);
  auto no_piece = other->request(uut, caf::infinite, atom::load_v);
  run();
  refused.receive(
    [](atom::backup) { BOOST_ERROR("two at a time"); },
    [](const caf::error& x) { BOOST_TEST((x == ec::backup_runs)); });
  no_piece.receive([](const text_ptr&) { BOOST_ERROR("of another"); },
                   [](const caf::error&) {});
  BOOST_TEST(rest().has_value());
  BOOST_TEST(begin());
}

BOOST_AUTO_TEST_CASE(is_broken_off_when_the_file_grows) {
  BOOST_TEST(begin(1'000'000));
  fill(200);
  BOOST_TEST(!rest());
  BOOST_TEST(reason(last_error).find("has grown by") != std::string::npos);
  BOOST_TEST(begin());
}

BOOST_AUTO_TEST_CASE(is_broken_off_even_if_nobody_reads) {
  BOOST_TEST(begin(1'000'000));
  fill(200);
  advance(1s);
  // Nobody holds pages any more: what is given back is used again.
  for (uint64_t i = 1; i <= 100; ++i)
    disk->done(q, i);
  commit_all(*disk);
  // LMDB waits for one more transaction before it does.
  disk->put_mark("another", 1);
  commit_all(*disk);
  const auto before = disk->usage().file;
  fill(300);
  BOOST_TEST(disk->usage().file < before + 3'000'000);
  BOOST_TEST(!rest());
}

BOOST_AUTO_TEST_CASE(is_broken_off_when_the_node_cannot_write) {
  BOOST_TEST(begin());
  health->set(store_health::state::full, "no more messages");
  BOOST_TEST(rest().has_value());
  BOOST_TEST(begin());
  health->set(store_health::state::failing, "3 bytes left");
  BOOST_TEST(!rest());
  BOOST_TEST(reason(last_error).find("3 bytes left") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(ends_with_who_wanted_it) {
  {
    caf::scoped_actor other{sys};
    auto begun = other->request(uut, caf::infinite, atom::backup_v, plenty);
    run();
    begun.receive([](atom::backup) {},
                  [](const caf::error&) { BOOST_ERROR("did not begin"); });
  }
  run();
  BOOST_TEST(begin());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
