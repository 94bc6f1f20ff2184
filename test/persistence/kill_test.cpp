#include "test/persistence/support.hpp"
#include "test/support/seed.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace cafq::test {

namespace {

constexpr queue_id q = 1;

/// A block is done this many steps after it was kept, if 3 divides its step.
constexpr uint64_t life = 10;

text message_of(uint64_t step) {
  return {step, static_cast<int64_t>(step) * 7, static_cast<uint16_t>(step),
          std::string(step % 3000, static_cast<char>(step))};
}

/// What must be there after a number of steps.
bool is_there(uint64_t step, uint64_t steps) {
  return step <= steps && (step % 3 != 0 || step + life > steps);
}

void take_step(message_store& store, uint64_t step) {
  store.begin_group();
  const auto body = make_block({message_of(step)});
  store.keep(q, {body, {}});
  store.defer(q, {static_cast<int64_t>(step), body});
  if (step > life && (step - life) % 3 == 0) {
    store.done(q, step - life);
    store.undefer(q, {static_cast<int64_t>(step - life), step - life});
  }
  store.end_group();
}

/// Reports each step that is durable; never returns.
[[noreturn]] void write_until_killed(const std::filesystem::path& file,
                                     int report, uint64_t step) {
  auto store = open_message_store(file);
  if (store->topics().empty()) {
    topic_record x;
    x.name = "t";
    x.queue = store->new_queue();
    store->put(x);
  }
  for (;;) {
    for (const auto end = step + 1 + step % 7; step < end;)
      take_step(*store, ++step);
    commit_all(*store);
    if (::write(report, &step, sizeof(step)) != sizeof(step))
      ::_exit(1);
  }
}

/// Checks what a killed writer left.
/// @param reported The last step it reported.
/// @returns the step it came to.
uint64_t check(const std::filesystem::path& file, uint64_t reported) {
  auto store = open_message_store(file);
  const auto blocks = store->read(q, 0, 1'000'000);
  const auto due = store->due(q, INT64_MAX, 1'000'000);
  const auto steps = blocks.empty() ? 0 : blocks.back().body->first_number();
  BOOST_TEST_REQUIRE(steps >= reported);
  BOOST_TEST_REQUIRE(blocks.size() == due.size());
  size_t i = 0;
  for (uint64_t step = 1; step <= steps; ++step) {
    if (!is_there(step, steps))
      continue;
    BOOST_TEST_REQUIRE(i < blocks.size());
    BOOST_TEST_REQUIRE(texts(*blocks[i].body).front() == message_of(step));
    BOOST_TEST_REQUIRE(texts(*due[i].body).front() == message_of(step));
    ++i;
  }
  BOOST_TEST_REQUIRE(i == blocks.size());
  const auto summary = store->summary(q);
  BOOST_TEST_REQUIRE(summary.messages == i);
  BOOST_TEST_REQUIRE(summary.deferred == i);
  BOOST_TEST_REQUIRE(store->damaged_blocks() == 0U);
  return steps;
}

} // namespace

BOOST_AUTO_TEST_SUITE(kill_tests)

BOOST_AUTO_TEST_CASE(what_a_killed_process_committed_is_back) {
  const auto seed = test::seed();
  std::mt19937_64 random{seed};
  const scratch_directory dir;
  uint64_t steps = 0;
  for (int round = 0; round < 15; ++round) {
    BOOST_TEST_CONTEXT("CAFQ_SEED=" << seed << " round " << round) {
      int pipe[2] = {-1, -1};
      BOOST_TEST_REQUIRE(::pipe(pipe) == 0);
      // Nothing of LMDB is open here, so that the child may open it.
      const auto child = ::fork();
      BOOST_TEST_REQUIRE(child >= 0);
      if (child == 0)
        write_until_killed(dir.store_file(), pipe[1], steps);
      ::close(pipe[1]);
      std::this_thread::sleep_for(std::chrono::microseconds{random() % 40'000});
      ::kill(child, SIGKILL);
      int status = 0;
      BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
      BOOST_TEST_REQUIRE(WIFSIGNALED(status));
      uint64_t reported = steps;
      while (::read(pipe[0], &reported, sizeof(reported)) > 0) {
        // nop
      }
      ::close(pipe[0]);
      steps = check(dir.store_file(), reported);
    }
  }
  BOOST_TEST(steps > 0U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
