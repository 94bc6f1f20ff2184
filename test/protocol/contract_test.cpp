#include "net/protocol/contract.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace cafq {

namespace {

/// Returns the signal that ends a process in which `f` runs, 0 if none does.
template <class F>
int signal_of(F&& f) {
  const auto child = ::fork();
  if (child == 0) {
    ::signal(SIGABRT, SIG_DFL);
    // The message is not for whoever reads the output of this test.
    ::close(STDERR_FILENO);
    f();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(contract_tests)

BOOST_AUTO_TEST_CASE(says_what_is_broken_and_where) {
  CAFQ_CHECK(1 + 1 == 2);
  const auto is_told = [](const broken_contract& x) {
    const std::string text = x.what();
    return text.find("1 + 1 == 3") != text.npos
           && text.find("contract_test.cpp:") != text.npos;
  };
  BOOST_CHECK_EXCEPTION(CAFQ_CHECK(1 + 1 == 3), broken_contract, is_told);
}

BOOST_AUTO_TEST_CASE(ends_the_process_where_others_would_go_on) {
  BOOST_TEST(signal_of([] { CAFQ_CHECK_OR_END(true); }) == 0);
  BOOST_TEST(signal_of([] { CAFQ_CHECK_OR_END(false); }) == SIGABRT);
}

BOOST_AUTO_TEST_CASE(counters_do_not_wrap) {
  uint64_t x = 5;
  take_off(x, 5);
  BOOST_TEST(x == 0U);
  BOOST_CHECK_THROW(take_off(x, 1), broken_contract);
  BOOST_TEST(x == 0U);
}

BOOST_AUTO_TEST_CASE(counters_of_the_process_do_not_wrap) {
  std::atomic<size_t> x{5};
  take_off(x, 3);
  BOOST_TEST(x.load() == 2U);
  BOOST_TEST(signal_of([&] { take_off(x, 3); }) == SIGABRT);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq
