#include "config/log_writer.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

using namespace cafq;
using namespace std::chrono_literals;

namespace {

/// What a stalled pipe is full of.
constexpr std::string_view filler = "-\n";

/// A pipe that nobody reads unless told.
struct pipe_fixture {
  pipe_fixture() {
    BOOST_TEST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    std::signal(SIGPIPE, SIG_IGN);
    writer.emplace(ends[1], 1000, [](uint64_t dropped) {
      return "dropped " + std::to_string(dropped) + "\n";
    });
  }

  pipe_fixture(const pipe_fixture&) = delete;
  pipe_fixture& operator=(const pipe_fixture&) = delete;

  ~pipe_fixture() {
    writer.reset();
    for (const auto end : ends)
      ::close(end);
  }

  /// Makes it take nothing more.
  void stall() const {
    ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
    while (::write(ends[1], filler.data(), filler.size()) > 0) {
      // nop
    }
    ::fcntl(ends[1], F_SETFL, 0);
  }

  /// Reads until this line has come.
  std::vector<std::string> read_up_to(const std::string& last) {
    std::vector<std::string> result;
    std::string line;
    for (char c = 0; ::read(ends[0], &c, 1) == 1;) {
      if (c != '\n') {
        line.push_back(c);
        continue;
      }
      if (line != "-")
        result.push_back(line);
      if (line == last)
        break;
      line.clear();
    }
    return result;
  }

  void add(size_t from, size_t count) {
    for (auto i = from; i < from + count; ++i)
      writer->add("line " + std::to_string(i) + "\n");
  }

  std::array<int, 2> ends{};
  std::optional<log::log_writer> writer;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(log_writer_tests, pipe_fixture)

BOOST_AUTO_TEST_CASE(writes_all_in_order_while_somebody_reads) {
  add(0, 3);
  const auto lines = read_up_to("line 2");
  BOOST_TEST((lines == std::vector<std::string>{"line 0", "line 1", "line 2"}));
  BOOST_TEST(writer->dropped() == 0U);
}

BOOST_AUTO_TEST_CASE(drops_what_nobody_reads_and_says_how_much_and_where) {
  constexpr size_t count = 5000;
  stall();
  add(0, count); // returns, although nobody reads
  const auto dropped = writer->dropped();
  BOOST_TEST_REQUIRE(dropped > count / 2);
  const auto kept = count - dropped;
  const auto notice = "dropped " + std::to_string(dropped);
  auto lines = read_up_to(notice);
  BOOST_TEST_REQUIRE(lines.size() == kept + 1);
  for (size_t i = 0; i < kept; ++i)
    BOOST_TEST(lines[i] == "line " + std::to_string(i));
  add(count, 1);
  lines = read_up_to("line " + std::to_string(count));
  BOOST_TEST(lines.size() == 1U);
  BOOST_TEST(writer->dropped() == dropped);
}

BOOST_AUTO_TEST_CASE(tries_a_line_that_must_not_be_dropped_for_a_time) {
  BOOST_TEST(writer->add_and_wait("fatal 1\n", 1h));
  stall();
  add(0, 5000);
  const auto dropped = "dropped " + std::to_string(writer->dropped());
  BOOST_TEST(!writer->add_and_wait("fatal 2\n", 1ms));
  const auto lines = read_up_to("fatal 2");
  BOOST_TEST_REQUIRE(lines.size() > 2U);
  BOOST_TEST(lines.front() == "fatal 1");
  BOOST_TEST(lines[lines.size() - 2] == dropped);
}

BOOST_AUTO_TEST_CASE(ends_when_all_is_written) {
  add(0, 10);
  writer.reset();
  ::close(ends[1]);
  ends[1] = ::dup(ends[0]);
  BOOST_TEST(read_up_to("").size() == 10U);
}

BOOST_AUTO_TEST_CASE(ends_although_nobody_reads) {
  stall();
  add(0, 5000);
  writer.reset();
}

BOOST_AUTO_TEST_CASE(counts_what_cannot_be_written) {
  writer.reset();
  const auto full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  BOOST_TEST_REQUIRE(full >= 0);
  writer.emplace(full, 1000, [](uint64_t) { return std::string{"lost\n"}; });
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(writer->add_and_wait("line\n", 1h));
  BOOST_TEST(writer->dropped() == 3U);
  writer.reset();
  ::close(full);
}

BOOST_AUTO_TEST_SUITE_END()
