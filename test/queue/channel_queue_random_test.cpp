#include "actors/queue/channel_queue.hpp"
#include "test/queue/message_life.hpp"
#include "test/support/messages.hpp"
#include "test/support/seed.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <set>
#include <tuple>

using namespace std::chrono_literals;

namespace cafq::queue {

namespace {

constexpr auto grain = deadline_index::granularity;
constexpr auto max_msg_timeout = 2s;

using life = message_life;

/// Drives a queue and a naive model of it side by side: of nsqd's channel with
/// everything in memory, where all that is ready stands in one line.
class pair_of_queues {
public:
  explicit pair_of_queues(unsigned seed) : random_(seed) {
    // nop
  }

  void step() {
    switch (random_.below(16)) {
      case 0:
      case 1:
      case 2:
        put();
        break;
      case 3:
        defer();
        break;
      case 4:
      case 5:
      case 6:
        take();
        break;
      case 7:
      case 8:
      case 9:
        finish();
        break;
      case 10:
      case 11:
        requeue();
        break;
      case 12:
        touch();
        break;
      case 13:
      case 14:
        advance(milliseconds(400));
        break;
      default:
        if (random_.one_in(60))
          clear();
        break;
    }
    compare();
  }

  /// Everything that is left comes out, once.
  void drain() {
    advance(1h);
    compare();
    while (!all_.empty()) {
      take();
      std::vector<uint64_t> left;
      for (const auto& [number, x] : all_)
        if (x.at == life::state::in_flight)
          left.push_back(number);
      for (auto n : left) {
        BOOST_TEST_REQUIRE(uut_.finish(n, all_.at(n).owner) == settled::ok);
        all_.erase(n);
      }
      compare();
    }
    BOOST_TEST_REQUIRE(!uut_.next_deadline().has_value());
  }

private:
  // -- operations -------------------------------------------------------------

  void put() {
    const auto count = random_.one_in(25) ? random_.between(1, 256)
                                          : random_.between(1, 4);
    uut_.put(test::numbered(next_number_, count));
    for (size_t i = 0; i < count; ++i) {
      all_[next_number_ + i] = {};
      ready_.push_back(next_number_ + i);
    }
    messages_ += count;
    // Other channels have deferred messages that this one never sees.
    next_number_ += count + random_.below(3);
  }

  void defer() {
    const auto due = now_ + milliseconds(2000);
    uut_.defer(test::numbered(next_number_), due);
    auto& x = all_[next_number_++];
    x.at = life::state::deferred;
    x.deadline = due;
    x.stamp = ++stamps_;
    ++messages_;
  }

  void take() {
    const consumer_id to = random_.between(1, 3);
    const auto timeout = 1ms + milliseconds(1000);
    const auto most = random_.one_in(5) ? 1000 : random_.between(1, 20);
    const auto most_bytes = random_.one_in(3) ? random_.between(1, 100)
                                              : size_t{1} << 20U;
    const auto depth = uut_.depth();
    std::vector<run> runs;
    const auto got = uut_.take({to, timeout, {}}, most, most_bytes, now_, runs);
    size_t messages = 0;
    size_t bytes = 0;
    for (const auto& part : runs) {
      for (size_t i = part.first; i < size_t{part.first} + part.count; ++i) {
        // There was room for one more.
        BOOST_TEST_REQUIRE(messages < most);
        BOOST_TEST_REQUIRE(bytes < most_bytes);
        const auto number = part.body->first_number() + i;
        BOOST_TEST_REQUIRE(part.body->body(i) == std::to_string(number));
        delivered(number, to, timeout, part.attempts);
        ++messages;
        bytes += part.body->body(i).size();
      }
    }
    BOOST_TEST_REQUIRE(got.messages == messages);
    BOOST_TEST_REQUIRE(got.bytes == bytes);
    // It took all it could.
    BOOST_TEST_REQUIRE(
      (messages == depth || messages == most || bytes >= most_bytes));
  }

  void delivered(uint64_t number, consumer_id to, duration timeout,
                 uint16_t attempts) {
    BOOST_TEST_REQUIRE(!ready_.empty());
    BOOST_TEST_REQUIRE(ready_.front() == number);
    ready_.pop_front();
    auto& x = all_.at(number);
    x.at = life::state::in_flight;
    x.stamp = ++stamps_;
    x.owner = to;
    x.delivered = now_;
    x.deadline = now_ + timeout;
    ++x.attempts;
    BOOST_TEST_REQUIRE(attempts == x.attempts);
  }

  void finish() {
    // FINs come in runs.
    auto number = some_number();
    const auto by = some_consumer(number);
    for (auto n = random_.between(1, 12); n > 0; --n, ++number) {
      const auto expected = settle(number, by);
      BOOST_TEST_REQUIRE(uut_.finish(number, by) == expected);
      if (expected == settled::ok)
        all_.erase(number);
    }
  }

  void requeue() {
    const auto number = some_number();
    const auto by = some_consumer(number);
    const auto delay = milliseconds(random_.one_in(2) ? 0 : 2000);
    const auto expected = settle(number, by);
    BOOST_TEST_REQUIRE(uut_.requeue(number, by, delay, now_) == expected);
    if (expected != settled::ok)
      return;
    auto& x = all_.at(number);
    ++requeued_total_;
    if (delay == 0ms) {
      make_ready(number, x);
    } else {
      x.at = life::state::deferred;
      x.deadline = now_ + delay;
      x.stamp = ++stamps_;
    }
  }

  void touch() {
    const auto number = some_number();
    const auto by = some_consumer(number);
    const auto timeout = 1ms + milliseconds(1000);
    const auto expected = settle(number, by);
    BOOST_TEST_REQUIRE(uut_.touch(number, by, timeout, max_msg_timeout, now_)
                       == expected);
    if (expected != settled::ok)
      return;
    auto& x = all_.at(number);
    x.deadline = std::min<time_point>(now_ + timeout,
                                      x.delivered + max_msg_timeout);
    x.stamp = ++stamps_;
  }

  void advance(duration by) {
    now_ += by;
    // What timed out, then what is due, each in the order of its time.
    using key = std::tuple<bool, time_point, uint64_t, uint64_t>;
    std::set<key> overdue;
    for (const auto& [number, x] : all_) {
      if (x.at == life::state::in_flight && found_at(x.deadline) <= now_)
        overdue.insert({false, found_at(x.deadline), x.stamp, number});
      else if (x.at == life::state::deferred && x.deadline <= now_)
        overdue.insert({true, x.deadline, x.stamp, number});
    }
    std::vector<consumer_id> expected;
    for (const auto& [deferred, when, stamp, number] : overdue) {
      auto& x = all_.at(number);
      if (!deferred) {
        expected.push_back(x.owner);
        ++timed_out_;
      }
      make_ready(number, x);
    }
    std::vector<consumer_id> got;
    uut_.expire(now_, got);
    std::sort(got.begin(), got.end());
    std::sort(expected.begin(), expected.end());
    BOOST_TEST_REQUIRE(got == expected);
  }

  void clear() {
    uut_.clear();
    all_.clear();
    ready_.clear();
  }

  // -- the model --------------------------------------------------------------

  void make_ready(uint64_t number, life& x) {
    x.at = life::state::requeued;
    ready_.push_back(number);
  }

  [[nodiscard]] size_t count(life::state what) const {
    return static_cast<size_t>(
      std::count_if(all_.begin(), all_.end(),
                    [=](const auto& item) { return item.second.at == what; }));
  }

  /// What FIN, REQ and TOUCH are to answer.
  [[nodiscard]] settled settle(uint64_t number, consumer_id by) const {
    const auto i = all_.find(number);
    if (i == all_.end() || i->second.at != life::state::in_flight)
      return settled::not_in_flight;
    return i->second.owner == by ? settled::ok : settled::not_owner;
  }

  /// Returns less than `n` ms.
  duration milliseconds(size_t n) {
    return std::chrono::milliseconds{n > 0 ? random_.below(n) : 0};
  }

  uint64_t some_number() {
    if (!all_.empty() && !random_.one_in(10)) {
      auto i = all_.begin();
      std::advance(i, random_.below(std::min<size_t>(all_.size(), 300)));
      return i->first;
    }
    return random_.between(0, next_number_ + 5);
  }

  consumer_id some_consumer(uint64_t number) {
    const auto i = all_.find(number);
    if (i != all_.end() && i->second.owner != 0 && !random_.one_in(10))
      return i->second.owner;
    return random_.between(1, 3);
  }

  void compare() const {
    BOOST_TEST_REQUIRE(uut_.invariant());
    BOOST_TEST_REQUIRE(uut_.unread() == count(life::state::unread));
    BOOST_TEST_REQUIRE(uut_.depth()
                       == count(life::state::unread)
                            + count(life::state::requeued));
    BOOST_TEST_REQUIRE(uut_.in_flight() == count(life::state::in_flight));
    BOOST_TEST_REQUIRE(uut_.deferred() == count(life::state::deferred));
    BOOST_TEST_REQUIRE(uut_.totals().messages == messages_);
    BOOST_TEST_REQUIRE(uut_.totals().requeued == requeued_total_);
    BOOST_TEST_REQUIRE(uut_.totals().timed_out == timed_out_);
    std::optional<time_point> next;
    for (const auto& [number, x] : all_) {
      if (x.at == life::state::in_flight || x.at == life::state::deferred) {
        const auto at = x.at == life::state::deferred ? x.deadline
                                                      : found_at(x.deadline);
        next = next ? std::min(*next, at) : at;
      }
    }
    BOOST_TEST_REQUIRE((uut_.next_deadline() == next));
  }

  test::dice random_;
  time_point now_ = time_point{} + 1h;
  uint64_t next_number_ = 1;
  channel_queue uut_;

  std::map<uint64_t, life> all_;
  std::deque<uint64_t> ready_;
  uint64_t stamps_ = 0;
  uint64_t messages_ = 0;
  uint64_t requeued_total_ = 0;
  uint64_t timed_out_ = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(channel_queue_random_tests)

BOOST_AUTO_TEST_CASE(agrees_with_a_naive_model) {
  const auto before = block::bytes_in_memory();
  for (unsigned i = 0; i < 20; ++i) {
    // A failure names the seed that comes to the same point at once.
    BOOST_TEST_CONTEXT("CAFQ_SEED=" << test::seed() + i) {
      pair_of_queues both{test::seed() + i};
      for (int step = 0; step < 1000; ++step)
        both.step();
      both.drain();
      BOOST_TEST_REQUIRE(block::bytes_in_memory() == before);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
