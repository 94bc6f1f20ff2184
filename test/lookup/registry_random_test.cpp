// A registry under random commands, next to the plainest one that there can be:
// nsqlookupd's map from (category, key, subkey) to producers.

#include "actors/lookup/registry.hpp"
#include "test/lookup/seen.hpp"
#include "test/support/seed.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace cafq::test {

using namespace lookup;
using std::chrono::seconds;

namespace {

/// What registrations are keyed by: a topic, and a channel or nothing.
using key = std::pair<std::string, std::string>;

struct model {
  std::map<producer_id, time_point> updated;
  std::map<key, std::map<producer_id, std::optional<time_point>>> all;

  void
  add(producer_id id, const std::string& topic, const std::string& channel) {
    if (updated.count(id) == 0)
      return;
    if (!channel.empty())
      all[{topic, channel}].emplace(id, std::nullopt);
    all[{topic, {}}].emplace(id, std::nullopt);
  }

  void remove(const key& from, producer_id id) {
    const auto i = all.find(from);
    if (i == all.end())
      return;
    i->second.erase(id);
    const auto& name = from.second.empty() ? from.first : from.second;
    if (i->second.empty() && name.ends_with("#ephemeral"))
      all.erase(i);
  }

  void withdraw(producer_id id, const std::string& topic,
                const std::string& channel) {
    if (updated.count(id) == 0)
      return;
    if (channel.empty())
      for (auto& [k, who] : all)
        if (k.first == topic && !k.second.empty())
          who.erase(id);
    remove({topic, channel}, id);
  }

  void leave(producer_id id) {
    updated.erase(id);
    for (auto& [k, who] : all)
      who.erase(id);
  }

  void create(const std::string& topic, const std::string& channel) {
    if (!channel.empty())
      all[{topic, channel}];
    all[{topic, {}}];
  }

  void erase(const std::string& topic) {
    std::erase_if(all, [&](const auto& x) {
      return topic == "*" || x.first.first == topic;
    });
  }

  void tombstone(const std::string& topic, time_point now) {
    for (auto& [k, who] : all)
      if (k.first == topic && k.second.empty())
        for (auto& [id, at] : who)
          if (id % 2 == 0)
            at = now;
  }
};

struct world {
  explicit world(unsigned seed) : random(seed) {
    // nop
  }

  std::string topic() {
    return random.one_in(4)
             ? "e" + std::to_string(random.below(2)) + "#ephemeral"
             : "t" + std::to_string(random.below(4));
  }

  std::string channel() {
    switch (random.below(3)) {
      case 0:
        return {};
      case 1:
        return "c" + std::to_string(random.below(2)) + "#ephemeral";
      default:
        return "c" + std::to_string(random.below(3));
    }
  }

  producer_id who() {
    return 1 + random.below(6);
  }

  void step() {
    const auto t = topic();
    const auto c = channel();
    const auto id = who();
    switch (random.below(12)) {
      case 0:
        if (expected.updated.count(id) > 0)
          break;
        // Those with even ids have an address that is tombstoned at times.
        BOOST_TEST(all.identify(
          id, {id % 2 == 0 ? "even" : "odd", "vm", 1, 2, "1.3.0"}, "a", now));
        expected.updated[id] = now;
        break;
      case 1:
        all.leave(id);
        expected.leave(id);
        break;
      case 2:
        all.ping(id, now);
        if (expected.updated.count(id) > 0)
          expected.updated[id] = now;
        break;
      case 3:
      case 4:
        all.withdraw(id, t, c);
        expected.withdraw(id, t, c);
        break;
      case 5:
        BOOST_TEST(all.create(t, c));
        expected.create(t, c);
        break;
      case 6:
        if (random.one_in(4))
          erase(random.one_in(8) ? "*" : t);
        break;
      case 7:
        all.tombstone(t, "even:2", now);
        expected.tombstone(t, now);
        break;
      case 8:
        now += seconds{random.below(100)};
        break;
      default:
        BOOST_TEST(all.add(id, t, c));
        expected.add(id, t, c);
    }
  }

  void erase(const std::string& topic) {
    all.erase(topic);
    expected.erase(topic);
  }

  void compare() const {
    std::set<std::string> topics;
    std::multiset<std::string> channels;
    size_t registrations = 0;
    for (const auto& [k, who] : expected.all) {
      if (k.second.empty())
        topics.insert(k.first);
      else
        channels.insert(k.second);
      registrations += who.size();
    }
    const auto have = test::topics(all);
    BOOST_TEST((std::set<std::string>{have.begin(), have.end()} == topics));
    const auto found = test::channels(all, "*");
    BOOST_TEST(
      (std::multiset<std::string>{found.begin(), found.end()} == channels));
    BOOST_TEST(all.registration_count() == registrations);
    BOOST_TEST(all.topic_count() == topics.size());
    BOOST_TEST(all.channel_count() == channels.size());
    for (const auto& topic : topics) {
      std::set<producer_id> wanted;
      for (const auto& [id, dead] : expected.all.at({topic, {}}))
        if (now - expected.updated.at(id) <= seconds{300}
            && !(dead && now - *dead < seconds{45}))
          wanted.insert(id);
      const auto seen = active(all, topic, now);
      BOOST_TEST((std::set<producer_id>{seen.begin(), seen.end()} == wanted),
                 topic);
      BOOST_TEST(seen.size() == wanted.size());
    }
    for (const auto* x : all.producers()) {
      auto of = topics_of(all, x->id, now);
      for (const auto& [k, who] : expected.all) {
        const auto i = who.find(x->id);
        if (!k.second.empty() || i == who.end())
          continue;
        const auto dead = i->second && now - *i->second < seconds{45};
        BOOST_TEST(of.extract(k.first).mapped() == dead);
      }
      BOOST_TEST(of.empty());
    }
  }

  dice random;
  registry all;
  model expected;
  time_point now{seconds{1000}};
};

} // namespace

BOOST_AUTO_TEST_SUITE(registry_random_tests)

BOOST_AUTO_TEST_CASE(does_what_the_plainest_registry_does) {
  BOOST_TEST_CONTEXT("CAFQ_SEED=" << seed()) {
    world x{seed()};
    for (int i = 0; i < 4000; ++i) {
      x.step();
      x.compare();
    }
    for (producer_id id = 1; id <= 6; ++id)
      x.all.leave(id);
    BOOST_TEST(x.all.registration_count() == 0U);
    x.all.erase("*");
    BOOST_TEST(x.all.bytes() == 0U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
