#include "tools/cafq/connection.hpp"

#include "tools/cafq/error.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

using namespace std::literals;
using cafq::tool::connection;
using cafq::tool::unique_fd;

namespace {

constexpr auto ok_frame = "\0\0\0\x06\0\0\0\0OK"sv;
constexpr auto heartbeat_frame = "\0\0\0\x0f\0\0\0\0_heartbeat_"sv;
constexpr auto error_frame = "\0\0\0\x0e\0\0\0\x01"
                             "E_BAD_BODY"sv;

/// A broker that has said everything before it was asked.
struct scripted_broker {
  scripted_broker() {
    std::array<int, 2> fds{};
    BOOST_TEST_REQUIRE(
      ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) == 0);
    ours = unique_fd{fds[0]};
    theirs = unique_fd{fds[1]};
    say(ok_frame);
  }

  void say(std::string_view bytes) const {
    const auto n = ::write(ours.get(), bytes.data(), bytes.size());
    BOOST_TEST_REQUIRE(n == static_cast<ssize_t>(bytes.size()));
  }

  void hang_up() const {
    ::shutdown(ours.get(), SHUT_WR);
  }

  /// What the client sent so far.
  [[nodiscard]] std::string heard() const {
    std::array<char, 4096> bytes{};
    const auto n = ::recv(ours.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    return n < 0 ? "" : std::string(bytes.data(), static_cast<std::size_t>(n));
  }

  [[nodiscard]] connection open() {
    return {std::move(theirs), {}};
  }

  unique_fd ours;
  unique_fd theirs;
};

} // namespace

BOOST_AUTO_TEST_SUITE(connection_tests)

BOOST_AUTO_TEST_CASE(starts_with_magic_and_identify) {
  scripted_broker broker;
  const auto client = broker.open();
  BOOST_TEST(broker.heard().starts_with("  V2IDENTIFY\n"));
}

BOOST_AUTO_TEST_CASE(answers_a_heartbeat_while_it_waits) {
  scripted_broker broker;
  auto client = broker.open();
  (void)broker.heard();
  broker.say(heartbeat_frame);
  broker.say(ok_frame);
  client.subscribe("t", "c");
  BOOST_TEST(broker.heard() == "SUB t c\nNOP\n");
}

BOOST_AUTO_TEST_CASE(throws_the_words_of_an_error) {
  scripted_broker broker;
  auto client = broker.open();
  broker.say(error_frame);
  BOOST_CHECK_EXCEPTION(client.request("MPUB t\n"), cafq::tool::error,
                        [](const auto& e) {
                          return e.what() == "the broker answered E_BAD_BODY"sv;
                        });
}

BOOST_AUTO_TEST_CASE(throws_when_the_broker_hangs_up) {
  scripted_broker broker;
  auto client = broker.open();
  broker.hang_up();
  BOOST_CHECK_THROW(client.fill(), cafq::tool::error);
}

BOOST_AUTO_TEST_SUITE_END()
