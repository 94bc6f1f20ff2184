#include "config/secrets.hpp"

#include "config/dump.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <ostream>

using namespace cafq::config;

namespace {

struct row {
  std::string_view address;
  std::string_view shown;
};

std::ostream& operator<<(std::ostream& out, const row& x) {
  return out << x.address;
}

const std::array rows{
  row{"", ""},
  row{"host:4181", "host:4181"},
  row{"https://host/auth", "https://host/auth"},
  row{"http://user:secret@host:1/auth", "http://***@host:1/auth"},
  row{"user:secret@host:1", "***@host:1"},
  row{"http://secret@host", "http://***@host"},
  row{"http://user:sec@ret@host", "http://***@host"},
  row{"http://user:sec/ret@host", "http://***@host"},
  row{"user:a://secret@host", "user:a://***@host"},
  row{"@", "***@"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(secrets_tests)

BOOST_DATA_TEST_CASE(hides_who_asks_an_address, rows, x) {
  BOOST_TEST(without_secret(x.address) == x.shown);
}

BOOST_AUTO_TEST_CASE(hides_it_in_a_dump) {
  options x;
  x.auth_http_address = {"http://user:secret@host/auth", "host:1"};
  const auto text = dump(x, {});
  BOOST_TEST(text.find("secret") == text.npos);
  BOOST_TEST(text.find(R"(["http://***@host/auth", "host:1"])") != text.npos);
}

BOOST_AUTO_TEST_SUITE_END()
