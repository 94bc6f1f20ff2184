#include "actors/client_memory.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>

namespace cafq::test {

namespace {

constexpr size_t kib = 1024;

/// Room for 100 KiB beside what is free.
struct fixture {
  client_share& add(char name) {
    return add(name, [this, name](client_memory::wish x) {
      asked += x == client_memory::wish::leave ? "-" : "";
      asked += name;
    });
  }

  client_share& add(char name, client_share::ask ask) {
    auto& x = shares[name];
    x = std::make_unique<client_share>(memory, std::move(ask));
    return *x;
  }

  void hold(char name, size_t charged) {
    shares.at(name)->holds(charged + client_memory::free_bytes);
  }

  /// A client goes.
  void remove(char name) {
    shares.erase(name);
  }

  size_t bytes() const {
    return client_memory::bytes_in_memory() - before;
  }

  std::string take_asked() {
    return std::exchange(asked, {});
  }

  std::shared_ptr<client_memory> memory
    = std::make_shared<client_memory>(100 * kib);
  size_t before = client_memory::bytes_in_memory();
  std::string asked;
  std::map<char, std::unique_ptr<client_share>> shares;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(client_memory_tests, fixture)

// -- what is counted ----------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_little_is_free) {
  auto& a = add('a');
  a.holds(client_memory::free_bytes);
  BOOST_TEST(!a.charged());
  BOOST_TEST(bytes() == 0u);
  a.holds(client_memory::free_bytes + 1);
  BOOST_TEST(a.charged());
  BOOST_TEST(bytes() == 1u);
}

BOOST_AUTO_TEST_CASE(what_a_client_held_goes_with_it) {
  add('a');
  add('b');
  add('c');
  for (char name : {'a', 'b', 'c'})
    hold(name, 10 * kib);
  remove('a');
  BOOST_TEST(bytes() == 20 * kib);
  hold('c', 5 * kib);
  remove('b');
  BOOST_TEST(bytes() == 5 * kib);
  remove('c');
  BOOST_TEST(bytes() == 0u);
}

// -- tight --------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(windows_are_full_up_to_the_half) {
  add('a');
  hold('a', 50 * kib);
  BOOST_TEST(!memory->tight());
  BOOST_TEST(memory->window(1 << 20) == 1u << 20);
}

BOOST_AUTO_TEST_CASE(beyond_it_they_are_small_and_those_that_hold_shrink) {
  const auto times = client_memory::times_tight();
  add('a');
  add('b');
  add('c').holds(client_memory::free_bytes);
  hold('a', 40 * kib);
  hold('b', 10 * kib + 1);
  BOOST_TEST(memory->tight());
  BOOST_TEST(memory->window(1 << 20) == client_memory::small_window);
  BOOST_TEST(take_asked() == "ab");
  BOOST_TEST(client_memory::times_tight() - times == 1u);
}

BOOST_AUTO_TEST_CASE(it_ends_well_below) {
  add('a');
  hold('a', 60 * kib);
  take_asked();
  hold('a', 40 * kib);
  BOOST_TEST(memory->tight());
  hold('a', 51 * kib);
  BOOST_TEST(take_asked() == "");
  hold('a', 37 * kib);
  BOOST_TEST(!memory->tight());
}

// -- full ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_one_that_holds_most_goes) {
  for (char name : {'a', 'b', 'c'})
    add(name);
  hold('a', 30 * kib);
  hold('b', 40 * kib);
  hold('c', 10 * kib);
  take_asked();
  const auto ended = client_memory::ended();
  hold('c', 31 * kib);
  BOOST_TEST(take_asked() == "-b");
  BOOST_TEST(client_memory::ended() - ended == 1u);
  // It was told; nobody else has to go while it does.
  hold('c', 32 * kib);
  BOOST_TEST(take_asked() == "");
  remove('b');
  hold('c', 60 * kib);
  BOOST_TEST(take_asked() == "");
}

BOOST_AUTO_TEST_CASE(one_that_gets_on_stays) {
  for (char name : {'a', 'b', 'c'})
    add(name);
  hold('a', 30 * kib);
  hold('b', 40 * kib);
  for (size_t i = 0; i < 10; ++i) {
    hold('b', 35 * kib);
    hold('b', 40 * kib);
  }
  take_asked();
  hold('c', 31 * kib);
  BOOST_TEST(take_asked() == "-a");
}

BOOST_AUTO_TEST_CASE(a_client_with_nothing_charged_stays) {
  add('q').holds(client_memory::free_bytes);
  for (char name = 'b'; name < 'g'; ++name) {
    add(name);
    hold(name, 40 * kib);
  }
  BOOST_TEST(asked.find('q') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_may_hold_more_than_there_is) {
  add('a');
  add('b');
  hold('a', 1000 * kib);
  hold('b', 49 * kib);
  BOOST_TEST(asked.find('-') == std::string::npos);
  hold('b', 51 * kib);
  BOOST_TEST(asked.find('-') != std::string::npos);
}

/// Whatever clients do, those that were not told to go hold no more than the
/// limit, or the largest holds it with less than half beside.
BOOST_AUTO_TEST_CASE(the_bound_holds_for_any_steps) {
  std::minstd_rand random{7};
  const auto below = [&](size_t n) {
    return random() % n;
  };
  std::array<size_t, 26> held{};
  std::string told;
  for (size_t step = 0; step < 20'000; ++step) {
    const auto i = below(held.size());
    const auto name = static_cast<char>('A' + i);
    if (shares.count(name) == 0) {
      add(name, [&told, name](client_memory::wish x) {
        if (x == client_memory::wish::leave)
          told += name;
      });
    } else if (told.find(name) != std::string::npos || below(20) == 0) {
      remove(name);
      std::erase(told, name);
      held[i] = 0;
    } else {
      held[i] = below(10) == 0 ? below(300 * kib) : below(20 * kib);
      hold(name, held[i]);
    }
    size_t total = 0;
    size_t staying = 0;
    size_t largest = 0;
    for (size_t k = 0; k < held.size(); ++k) {
      total += held[k];
      if (told.find(static_cast<char>('A' + k)) != std::string::npos)
        continue;
      staying += held[k];
      largest = std::max(largest, held[k]);
    }
    BOOST_TEST_REQUIRE(bytes() == total);
    BOOST_TEST_REQUIRE(memory->invariant());
    BOOST_TEST_REQUIRE((staying <= 100 * kib || staying - largest <= 50 * kib));
    BOOST_TEST_REQUIRE((memory->tight() || total <= 50 * kib));
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
