#include "actors/queue/channel_queue.hpp"
#include "actors/queue_storage.hpp"
#include "persistence/storage_error.hpp"
#include "test/persistence/support.hpp"
#include "test/queue/message_life.hpp"
#include "test/support/seed.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <variant>

using namespace std::chrono_literals;

namespace cafq::queue {

namespace {

constexpr duration unix_offset = 1'700'000'000s;
constexpr auto max_msg_timeout = 2s;
constexpr auto never = std::numeric_limits<uint64_t>::max();

/// Says when a body is wrong, whatever became of the message.
std::string body_of(uint64_t number) {
  const size_t padding = number % 97 == 0  ? 30'000
                         : number % 7 == 0 ? 500
                                           : number % 13;
  return std::to_string(number) + std::string(padding, '.');
}

int64_t to_unix(time_point x) {
  return (x.time_since_epoch() + unix_offset).count();
}

time_point from_unix(int64_t ns) {
  return time_point{duration{ns} - unix_offset};
}

/// Marks say when the store is durable far enough to know.
struct life : message_life {
  bool was_delivered = false;
  /// First deliveries of others before it came back.
  uint64_t turn = 0;
  bool came_deferred = false;
  /// The store has it.
  uint64_t kept_mark = never;
};

/// What ended, and from when on it may not come back after a crash.
struct ended {
  life before;
  uint64_t mark = never;
};

/// Drives a queue with a real store and a naive model of both. What an actor
/// would send waits in `mailbox_` and `answers_`, so that each side may be as
/// late as it likes.
class world : test::dice {
public:
  explicit world(unsigned seed) : dice(seed) {
    constexpr size_t limits[] = {0, 1, 5, 50, 600, 1000};
    memory_ = limits[below(std::size(limits))];
    copies_ = one_in(2);
    store_first_ = one_in(2);
    fixture_.options.max_transaction_bytes = one_in(2) ? 4096 : 100'000;
    fixture_.options.fault = [this](const char*) {
      return disk_full_ ? ENOSPC : 0;
    };
    fixture_.reopen();
    topic_record x;
    x.name = "t";
    x.queue = id_ = store().new_queue();
    store().put(x);
    test::commit_all(store());
    start();
  }

  void run(size_t steps) {
    for (size_t i = 0; i < steps; ++i) {
      step();
      compare();
    }
    stop();
    drain();
  }

private:
  void step() {
    const auto chance = below(1000);
    if (chance < 130)
      put();
    else if (chance < 160)
      defer();
    else if (chance < 290)
      take();
    else if (chance < 420)
      finish();
    else if (chance < 490)
      requeue();
    else if (chance < 520)
      touch();
    else if (chance < 580)
      advance(ms(one_in(20) ? 10'000 : 400));
    else if (chance < 690)
      talk(one_in(3));
    else if (chance < 820)
      work();
    else if (chance < 900)
      answer();
    else if (chance < 940)
      commit();
    else if (chance < 960)
      arrive();
    else if (chance < 965)
      disk_full_ = one_in(3);
    else if (chance < 970)
      shed();
    else if (chance < 973)
      look();
    else if (chance < 978)
      settle();
    else if (chance < 985)
      stop();
    else if (chance < 993)
      crash();
    else if (one_in(4))
      clear();
  }

  // -- what clients do --------------------------------------------------------

  void put() {
    const auto count = one_in(6) ? between(1, 300) : between(1, 5);
    std::vector<std::string> bodies;
    for (size_t i = 0; i < count; ++i)
      bodies.push_back(body_of(next_number_ + i));
    const std::vector<std::string_view> views{bodies.begin(), bodies.end()};
    for (const auto& block : make_blocks(views, 1)) {
      block->number_from(next_number_);
      next_number_ += block->count();
      if (goes_by_store()) {
        mailbox_.push_back(appending{block, {}});
        continue;
      }
      came(*block);
      uut().put(block, !one_in(5));
    }
    skip_numbers();
  }

  void defer() {
    const auto due = now_ + some_delay();
    const std::string body = body_of(next_number_);
    const std::string_view view{body};
    const auto block = block::make(std::span{&view, 1}, 1);
    block->number_from(next_number_++);
    skip_numbers();
    if (goes_by_store()) {
      mailbox_.push_back(appending{block, due});
      return;
    }
    came(*block, due);
    uut().defer(block, due, !one_in(5));
  }

  /// Whether the store gets a message first. Those behind one that does, too:
  /// they stay in order.
  bool goes_by_store() {
    const auto any = [](const auto& x) {
      return std::holds_alternative<appending>(x);
    };
    return !arrivals_.empty()
           || std::any_of(mailbox_.begin(), mailbox_.end(), any)
           || (store_first_ && !one_in(20));
  }

  /// The queue gets messages from now on.
  void came(const block& x, time_point due = {}, uint64_t kept_mark = never) {
    for (size_t i = 0; i < x.count(); ++i) {
      life y;
      y.kept_mark = kept_mark;
      if (due != time_point{}) {
        y.at = life::state::deferred;
        y.deadline = due;
        y.came_deferred = true;
      } else {
        undelivered_.insert(x.number(i));
      }
      all_[x.number(i)] = y;
    }
  }

  /// What the store has comes from the topic, in order, when it is durable.
  void arrive() {
    if (arrivals_.empty() || arrivals_.front().mark > store().durable()
        || id_ == 0)
      return;
    const auto x = std::move(arrivals_.front());
    arrivals_.pop_front();
    if (x.id != id_) {
      // A crash may bring it back.
      life y;
      y.came_deferred = x.due != time_point{};
      for (size_t i = 0; i < x.body->count(); ++i)
        cleared_[x.body->number(i)] = {y, emptied_mark_};
      return;
    }
    came(*x.body, x.due, x.mark);
    if (x.due != time_point{})
      uut().defer_stored(x.body, x.due, to_unix(x.due));
    else
      uut().put_stored(x.body, !one_in(5));
  }

  void take() {
    const consumer_id to = between(1, 3);
    const auto timeout = 1ms + ms(1000);
    const auto most = one_in(5) ? 1000 : between(1, 40);
    const auto available = uut().available();
    std::vector<run_of> runs;
    const auto got = uut().take({to, timeout, {}}, most, SIZE_MAX, now_, runs);
    size_t messages = 0;
    for (const auto& part : runs)
      for (size_t i = part.first; i < size_t{part.first} + part.count; ++i) {
        const auto number = part.body->number(i);
        BOOST_TEST_REQUIRE(part.body->body(i) == body_of(number));
        delivered(number, to, timeout, part.attempts);
        ++messages;
      }
    BOOST_TEST_REQUIRE(got.messages == messages);
    // A body that is not in memory holds up those behind it.
    BOOST_TEST_REQUIRE(messages <= std::min(available, most));
    BOOST_TEST_REQUIRE((messages > 0 || std::min(available, most) == 0));
  }

  /// The node needs memory.
  void shed() {
    if (id_ == 0)
      return;
    uut().shed(now_);
    send_orders(false);
    // But for what an answer under way belongs behind, or is due soon.
    const auto left = uut().bytes();
    uut().shed(now_);
    BOOST_TEST_REQUIRE(uut().bytes() == left);
    BOOST_TEST_REQUIRE(uut().orders().empty());
  }

  /// Somebody looks at single messages: each is seen once, in its state.
  void look() {
    if (id_ == 0)
      return;
    send_orders(false);
    while (!mailbox_.empty() && id_ != 0)
      work();
    if (id_ == 0)
      return;
    std::map<uint64_t, message_state> seen;
    using enum message_state;
    for (const auto state : {ready, in_flight, deferred}) {
      peek_request next{state, {}, between(1, 300)};
      for (;;) {
        auto page = uut().peek(next);
        if (page.rest)
          page = merge(std::move(page), look_at_rest(store(), id_, *page.rest),
                       next.most);
        for (const auto& x : page.messages) {
          const auto number = x.key.number;
          BOOST_TEST_REQUIRE(seen.emplace(number, state).second,
                             "message " << number << " is seen twice");
          if (x.body)
            BOOST_TEST_REQUIRE(x.body->body(x.index) == body_of(number));
        }
        if (!page.end)
          break;
        BOOST_TEST_REQUIRE((*page.end > next.after));
        next.after = *page.end;
      }
    }
    for (const auto& [number, x] : all_)
      BOOST_TEST_CONTEXT("message " << number) {
        const auto i = seen.find(number);
        BOOST_TEST_REQUIRE((i != seen.end()), "is not seen");
        const auto in = i->second;
        BOOST_TEST_REQUIRE((in == in_flight)
                           == (x.at == life::state::in_flight));
        if (x.at == life::state::deferred)
          BOOST_TEST_REQUIRE((in == deferred || x.deadline <= now_));
        else
          BOOST_TEST_REQUIRE((in != deferred));
      }
    BOOST_TEST_REQUIRE(seen.size() == all_.size());
  }

  void delivered(uint64_t number, consumer_id to, duration timeout,
                 uint16_t attempts) {
    BOOST_TEST_CONTEXT("message " << number) {
      const auto i = all_.find(number);
      BOOST_TEST_REQUIRE((i != all_.end()), "delivered a message that is gone");
      auto& x = i->second;
      BOOST_TEST_REQUIRE((x.at != life::state::in_flight));
      if (x.at == life::state::deferred)
        BOOST_TEST_REQUIRE((x.deadline <= now_), "delivered before its time");
      if (!x.was_delivered && !x.came_deferred) {
        BOOST_TEST_REQUIRE(*undelivered_.begin() == number);
        undelivered_.erase(number);
        ++first_deliveries_;
      } else if (x.at == life::state::requeued) {
        BOOST_TEST_REQUIRE(first_deliveries_ - x.turn <= memory_,
                           "it waited for more than was in memory");
      }
      x.at = life::state::in_flight;
      x.owner = to;
      x.delivered = now_;
      x.deadline = now_ + timeout;
      x.was_delivered = true;
      ++x.attempts;
      BOOST_TEST_REQUIRE(attempts == x.attempts);
    }
  }

  void finish() {
    auto number = some_number();
    const auto by = some_consumer(number);
    for (auto n = between(1, one_in(3) ? 300 : 10); n > 0; --n, ++number) {
      const auto expected = settle_result(number, by);
      BOOST_TEST_REQUIRE((uut().finish(number, by) == expected));
      if (expected == settled::ok)
        end(number);
    }
  }

  void requeue() {
    auto number = some_number();
    const auto by = some_consumer(number);
    for (auto n = one_in(4) ? between(1, 100) : 1; n > 0; --n, ++number) {
      const auto delay = one_in(2) ? duration{} : some_delay();
      const auto expected = settle_result(number, by);
      BOOST_TEST_REQUIRE(
        (uut().requeue(number, by, delay, now_, !one_in(5)) == expected));
      if (expected != settled::ok)
        continue;
      auto& x = all_.at(number);
      x.at = delay <= 0ms ? life::state::requeued : life::state::deferred;
      x.deadline = now_ + delay;
      x.turn = first_deliveries_;
    }
  }

  void touch() {
    const auto number = some_number();
    const auto by = some_consumer(number);
    const auto timeout = 1ms + ms(1000);
    const auto expected = settle_result(number, by);
    BOOST_TEST_REQUIRE(
      (uut().touch(number, by, timeout, max_msg_timeout, now_) == expected));
    if (expected != settled::ok)
      return;
    auto& x = all_.at(number);
    x.deadline = std::min<time_point>(now_ + timeout,
                                      x.delivered + max_msg_timeout);
  }

  void advance(duration by) {
    now_ += by;
    expire();
  }

  void expire() {
    std::vector<consumer_id> expected;
    for (auto& [number, x] : all_)
      if (x.at == life::state::in_flight && found_at(x.deadline) <= now_) {
        expected.push_back(x.owner);
        x.at = life::state::requeued;
        x.turn = first_deliveries_;
      }
    std::vector<consumer_id> got;
    uut().expire(now_, got);
    std::sort(got.begin(), got.end());
    std::sort(expected.begin(), expected.end());
    BOOST_TEST_REQUIRE(got == expected, boost::test_tools::per_element());
  }

  void clear() {
    uut().clear();
    for (const auto& [number, x] : all_)
      cleared_[number] = {x, never};
    all_.clear();
    undelivered_.clear();
    answers_.clear();
    id_ = 0;
    ++clears_;
    mailbox_.push_back(emptying{});
  }

  // -- what the actors do -----------------------------------------------------

  /// What queue_keeper does.
  /// @param taking Whether somebody takes messages for sure.
  void talk(bool flush, bool taking = false) {
    if (id_ == 0)
      return;
    if (flush)
      uut().flush();
    if (flush && copies_)
      uut().keep_copies(now_);
    send_orders(flush);
    if (auto x = uut().wanted_blocks(some_spare())) {
      send_orders(false);
      mailbox_.push_back(asked<read_request>{id_, *x});
    }
    if (auto x = uut().wanted_deferred(now_, one_in(10),
                                       one_in(4) ? 0 : SIZE_MAX)) {
      send_orders(false);
      mailbox_.push_back(asked<due_request>{id_, *x});
    }
    if (auto x = uut().wanted_bodies(taking || !one_in(3), some_spare())) {
      send_orders(false);
      mailbox_.push_back(asked<body_request>{id_, *x});
    }
  }

  void send_orders(bool flushed) {
    asked<store_orders> x{id_, uut().take_orders()};
    if (flushed)
      for (auto& [number, y] : finished_)
        if (y.mark == never && told_.insert(number).second)
          x.finished.push_back(number);
    if (!x.what.empty() || !x.finished.empty())
      mailbox_.push_back(std::move(x));
  }

  /// The STORE takes one message out of its mailbox.
  void work() {
    if (mailbox_.empty())
      return;
    auto next = std::move(mailbox_.front());
    mailbox_.pop_front();
    std::visit([this](auto& x) { handle(x); }, next);
  }

  template <class T>
  struct asked {
    queue_id id;
    T what;
    std::vector<uint64_t> finished{};
  };

  struct emptying {};

  /// What the TOPIC has the store keep before the queue gets it.
  struct appending {
    block_ptr body;
    time_point due;
  };

  struct arrival : appending {
    queue_id id;
    uint64_t mark;
  };

  void handle(const appending& x) {
    const auto id = store().topics().front().queue;
    if (x.due != time_point{})
      store().defer(id, {to_unix(x.due), x.body});
    else
      store().keep(id, {x.body, {}});
    arrivals_.push_back({x, id, store().staged()});
  }

  void handle(asked<store_orders>& x) {
    std::vector<uint64_t> kept;
    for (const auto& block : x.what.keep) {
      BOOST_TEST_REQUIRE(block.body->count() <= block::max_messages);
      BOOST_TEST_REQUIRE(
        (block.body->count() == 1 || block.body->bytes() <= block::max_bytes));
      for (size_t i = 0; i < block.body->count(); ++i)
        kept.push_back(block.body->number(i));
    }
    for (const auto& y : x.what.defer)
      kept.push_back(y.body->first_number());
    carry_out(store(), x.id, std::move(x.what));
    for (auto number : kept)
      if (auto i = all_.find(number);
          i != all_.end() && i->second.kept_mark == never)
        i->second.kept_mark = store().staged();
    for (auto number : x.finished)
      finished_.at(number).mark = store().staged();
  }

  void handle(const asked<read_request>& x) {
    answers_.push_back(asked<std::vector<stored_block>>{
      x.id, read_blocks(store(), x.id, x.what)});
  }

  void handle(const asked<due_request>& x) {
    answers_.push_back(asked<due_rows>{x.id, read_due(store(), x.id, x.what)});
  }

  void handle(const asked<body_request>& x) {
    answers_.push_back(asked<bodies>{x.id, read_bodies(store(), x.id, x.what)});
  }

  void handle(const emptying&) {
    auto x = store().topics().front();
    store().begin_group();
    store().drop(std::exchange(x.queue, store().new_queue()));
    store().put(x);
    store().end_group();
    // One that is emptied again waits for its last name.
    if (--clears_ == 0)
      id_ = x.queue;
    emptied_mark_ = store().staged();
    for (auto& [number, y] : cleared_)
      y.mark = std::min(y.mark, emptied_mark_);
  }

  /// The queue takes an answer of the STORE.
  void answer() {
    if (answers_.empty())
      return;
    auto next = std::move(answers_.front());
    answers_.pop_front();
    std::visit(
      [this](auto& x) {
        if (x.id == id_)
          take_answer(std::move(x.what));
      },
      next);
  }

  template <class T>
  void take_answer(T x) {
    uut().loaded(std::move(x));
  }

  void take_answer(bodies x) {
    uut().fetched(std::move(x));
  }

  bool commit() {
    try {
      if (!one_in(10))
        return store().commit();
      return store().sweep(1 + below(20));
    } catch (const storage_error& x) {
      BOOST_TEST_REQUIRE((x.kind() == storage_failure::full));
      return true;
    }
  }

  /// Lets everything happen that is due.
  void settle() {
    size_t rounds = 0;
    do {
      BOOST_TEST_REQUIRE(++rounds < 1000U);
      talk(true, true);
      while (!mailbox_.empty())
        work();
      while (!answers_.empty())
        answer();
      if (!disk_full_) {
        test::commit_all(store());
        while (!arrivals_.empty() && id_ != 0)
          arrive();
      }
      expire();
      talk(false, true);
    } while (!mailbox_.empty() || id_ == 0
             || (!disk_full_ && !arrivals_.empty()));
    settled_ = true;
    compare();
    settled_ = false;
  }

  // -- the end of the process -------------------------------------------------

  void start() {
    queue_ = std::make_unique<channel_queue>(memory_, unix_offset);
    const auto summary = store().summary(id_);
    uut().resume(summary.messages, summary.deferred, next_number_ - 1);
    clears_ = 0;
    arrivals_.clear();
    mailbox_.clear();
    answers_.clear();
    told_.clear();
  }

  /// Numbers start far ahead at times, as the clock does.
  void restart() {
    disk_full_ = false;
    fixture_.reopen();
    BOOST_TEST_REQUIRE(store().damaged_blocks() == 0U);
    id_ = store().topics().front().queue;
    start();
    next_number_ += one_in(4) ? uint64_t{1} << 33U : 1;
  }

  void stop() {
    disk_full_ = false;
    while (id_ == 0 || !mailbox_.empty())
      work();
    test::commit_all(store());
    while (!arrivals_.empty())
      arrive();
    save_parked();
    uut().save();
    send_orders(true);
    while (!mailbox_.empty())
      work();
    test::commit_all(store());
    finished_.clear();
    cleared_.clear();
    restart();
    // Nothing is lost, nothing more comes back, all is as it was.
    const auto found = scan();
    for (auto& [number, x] : all_)
      BOOST_TEST_CONTEXT("message " << number) {
        const auto i = found.find(number);
        BOOST_TEST_REQUIRE((i != found.end()), "lost by a clean stop");
        BOOST_TEST_REQUIRE(i->second.attempts == x.attempts);
        if (x.at == life::state::deferred && x.deadline > now_) {
          BOOST_TEST_REQUIRE(i->second.due.has_value());
          BOOST_TEST_REQUIRE(*i->second.due == to_unix(x.deadline));
        } else if (i->second.due) {
          BOOST_TEST_REQUIRE(*i->second.due <= to_unix(now_));
        }
        x.at = i->second.due ? life::state::deferred : life::state::unread;
        if (i->second.due)
          x.deadline = from_unix(*i->second.due);
        x.kept_mark = 0;
      }
    BOOST_TEST_REQUIRE(found.size() == all_.size());
    compare();
  }

  /// What became a deferred message without its body needs that first.
  void save_parked() {
    for (size_t rounds = 0; !uut().can_save(); ++rounds) {
      BOOST_TEST_REQUIRE(rounds < 10'000U);
      talk(false);
      while (!mailbox_.empty())
        work();
      while (!answers_.empty())
        answer();
    }
  }

  void crash() {
    while (one_in(2))
      work();
    if (one_in(2))
      commit();
    const auto durable = store().durable();
    const auto arriving = std::exchange(arrivals_, {});
    restart();
    const auto found = scan();
    for (const auto& x : arriving) {
      if (x.mark <= durable && x.id == id_)
        for (size_t i = 0; i < x.body->count(); ++i)
          BOOST_TEST_REQUIRE(found.contains(x.body->number(i)),
                             "a message that was to come is lost");
      // Only what is found comes back.
      came(*x.body, x.due, x.mark <= durable && x.id == id_ ? 0 : never);
    }
    for (const auto& [number, x] : all_)
      if (x.kept_mark <= durable)
        BOOST_TEST_REQUIRE(found.contains(number),
                           "message " << number << " was on disk, and is lost");
    std::map<uint64_t, life> now;
    undelivered_.clear();
    for (const auto& [number, y] : found)
      BOOST_TEST_CONTEXT("message " << number) {
        life x;
        if (auto i = all_.find(number); i != all_.end())
          x = i->second;
        else
          x = resurrected(number, durable);
        BOOST_TEST_REQUIRE(y.attempts <= x.attempts);
        x.attempts = y.attempts;
        x.at = y.due ? life::state::deferred : life::state::unread;
        if (y.due)
          x.deadline = from_unix(*y.due);
        x.kept_mark = 0;
        if (!x.was_delivered && !x.came_deferred)
          undelivered_.insert(number);
        now.emplace(number, x);
      }
    all_ = std::move(now);
    finished_.clear();
    cleared_.clear();
    compare();
  }

  life resurrected(uint64_t number, uint64_t durable) {
    if (auto i = finished_.find(number); i != finished_.end()) {
      BOOST_TEST_REQUIRE(i->second.mark > durable, "was finished on disk");
      return i->second.before;
    }
    const auto i = cleared_.find(number);
    BOOST_TEST_REQUIRE((i != cleared_.end()), "never put");
    BOOST_TEST_REQUIRE(i->second.mark > durable, "was emptied on disk");
    return i->second.before;
  }

  struct row {
    uint16_t attempts = 0;
    std::optional<int64_t> due;
  };

  /// Returns every unfinished message of the store; each must be there once.
  std::map<uint64_t, row> scan() {
    std::map<uint64_t, row> result;
    const auto all = std::numeric_limits<size_t>::max();
    for (const auto& x : store().read(id_, 0, all)) {
      std::map<size_t, uint16_t> attempts(x.progress.attempts.begin(),
                                          x.progress.attempts.end());
      for (size_t i = 0; i < x.body->count(); ++i) {
        if (x.progress.finished[i])
          continue;
        const auto number = x.body->number(i);
        const auto changed = attempts.find(i);
        const auto once = result
                            .emplace(number, row{changed != attempts.end()
                                                   ? changed->second
                                                   : x.body->attempts(i),
                                                 {}})
                            .second;
        BOOST_TEST_REQUIRE(once, "message " << number << " is there twice");
      }
    }
    const auto forever = std::numeric_limits<int64_t>::max();
    for (const auto& x : store().due(id_, forever, all)) {
      const auto number = x.body->first_number();
      const auto once
        = result.emplace(number, row{x.body->attempts(0), x.due_ns}).second;
      BOOST_TEST_REQUIRE(once, "message " << number << " is there twice");
    }
    return result;
  }

  /// Everything that is left comes out, once.
  void drain() {
    now_ += 2h;
    for (size_t rounds = 0; !all_.empty(); ++rounds) {
      BOOST_TEST_REQUIRE(rounds < 10'000U);
      settle();
      take();
      std::vector<uint64_t> left;
      for (const auto& [number, x] : all_)
        if (x.at == life::state::in_flight)
          left.push_back(number);
      for (auto n : left) {
        BOOST_TEST_REQUIRE((uut().finish(n, all_.at(n).owner) == settled::ok));
        end(n);
      }
    }
    stop();
    const auto left = store().summary(id_);
    BOOST_TEST_REQUIRE(left.blocks == 0U);
    BOOST_TEST_REQUIRE(left.deferred == 0U);
  }

  // -- the model --------------------------------------------------------------

  void end(uint64_t number) {
    auto node = all_.extract(number);
    finished_[number] = {node.mapped(), never};
  }

  [[nodiscard]] settled settle_result(uint64_t number, consumer_id by) const {
    const auto i = all_.find(number);
    if (i == all_.end() || i->second.at != life::state::in_flight)
      return settled::not_in_flight;
    return i->second.owner == by ? settled::ok : settled::not_owner;
  }

  void compare() {
    BOOST_TEST_REQUIRE(uut().invariant());
    size_t in_flight = 0;
    size_t deferred = 0;
    size_t due = 0;
    std::optional<time_point> next;
    const auto sooner = [&](time_point x) {
      next = next ? std::min(*next, x) : x;
    };
    for (const auto& [number, x] : all_) {
      if (x.at == life::state::in_flight) {
        ++in_flight;
        sooner(found_at(x.deadline));
      } else if (x.at == life::state::deferred && x.deadline > now_) {
        ++deferred;
        sooner(x.deadline);
      } else if (x.at == life::state::deferred) {
        ++due;
      }
    }
    const auto ready = all_.size() - in_flight - deferred - due;
    BOOST_TEST_REQUIRE(uut().in_flight() == in_flight);
    BOOST_TEST_REQUIRE(uut().depth() + uut().deferred()
                       == ready + deferred + due);
    // What is due becomes ready when somebody looks, and it was loaded.
    BOOST_TEST_REQUIRE(uut().deferred() >= deferred);
    // Nor before there is room for it.
    const auto has_room = uut().depth() < std::max<size_t>(memory_, 512);
    if (settled_ && has_room)
      BOOST_TEST_REQUIRE(uut().deferred() == deferred);
    if (settled_ && has_room && next) {
      BOOST_TEST_REQUIRE(uut().next_deadline().has_value());
      BOOST_TEST_REQUIRE((*uut().next_deadline() <= *next));
    }
    if (settled_ && ready + due > 0)
      BOOST_TEST_REQUIRE(uut().available() > 0U);
  }

  // -- chance -----------------------------------------------------------------

  duration ms(uint64_t n) {
    return std::chrono::milliseconds{below(n)};
  }

  duration some_delay() {
    return 1ms + (one_in(4) ? 1h + ms(1000) : ms(one_in(2) ? 500 : 8000));
  }

  /// Other channels have deferred messages that this one never sees.
  void skip_numbers() {
    if (one_in(3))
      next_number_ += below(3);
  }

  uint64_t some_number() {
    if (!all_.empty() && !one_in(10)) {
      auto i = all_.begin();
      std::advance(i, below(std::min<size_t>(all_.size(), 700)));
      return i->first;
    }
    return between(0, next_number_ + 5);
  }

  size_t some_spare() {
    return one_in(3) ? below(200'000) : SIZE_MAX;
  }

  consumer_id some_consumer(uint64_t number) {
    const auto i = all_.find(number);
    if (i != all_.end() && i->second.owner != 0 && !one_in(10))
      return i->second.owner;
    return between(1, 3);
  }

  [[nodiscard]] message_store& store() const {
    return *fixture_.store;
  }

  [[nodiscard]] channel_queue& uut() const {
    return *queue_;
  }

  using run_of = queue::run;

  bool disk_full_ = false;
  test::store_fixture fixture_;
  size_t memory_ = 0;
  queue_id id_ = 0;
  size_t clears_ = 0;
  std::unique_ptr<channel_queue> queue_;
  std::deque<
    std::variant<asked<store_orders>, asked<read_request>, asked<due_request>,
                 asked<body_request>, emptying, appending>>
    mailbox_;
  std::deque<arrival> arrivals_;
  /// Whether it keeps copies of what is in memory, as in mode `interval`.
  bool copies_ = false;
  /// Whether it gets what the store has already, as in mode `always`.
  bool store_first_ = false;
  uint64_t emptied_mark_ = 0;
  std::deque<std::variant<asked<std::vector<stored_block>>, asked<due_rows>,
                          asked<bodies>>>
    answers_;

  time_point now_ = time_point{} + 1h;
  uint64_t next_number_ = 1;
  bool settled_ = false;
  std::map<uint64_t, life> all_;
  /// Not deferred when they came: their first delivery is in order.
  std::set<uint64_t> undelivered_;
  uint64_t first_deliveries_ = 0;
  std::map<uint64_t, ended> finished_;
  /// Those of them the store was told about.
  std::set<uint64_t> told_;
  std::map<uint64_t, ended> cleared_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(channel_queue_store_tests)

BOOST_AUTO_TEST_CASE(agrees_with_a_model_through_stops_and_crashes) {
  const auto seed = test::seed();
  const auto before = block::bytes_in_memory();
  for (unsigned round = 0; round < 30; ++round) {
    // A failure names the seed that comes to the same point at once.
    BOOST_TEST_CONTEXT("CAFQ_SEED=" << seed + round) {
      world{seed + round}.run(1500);
    }
    BOOST_TEST_REQUIRE(block::bytes_in_memory() == before);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
