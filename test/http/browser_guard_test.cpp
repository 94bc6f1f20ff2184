#include "net/http/browser_guard.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <ostream>
#include <string_view>

using namespace cafq::http;

namespace data = boost::unit_test::data;

namespace {

struct known_row {
  std::string_view host;
  bool known;

  friend std::ostream& operator<<(std::ostream& to, const known_row& x) {
    return to << x.host;
  }
};

constexpr std::array hosts{
  known_row{"127.0.0.1", true},
  known_row{"127.0.0.1:4151", true},
  known_row{"10.1.2.3:4151", true},
  known_row{"[::1]", true},
  known_row{"[2001:DB8::1]:4151", true},
  known_row{"localhost", true},
  known_row{"LocalHost:4151", true},
  known_row{"broker-1", true},
  known_row{"broker-1:4151", true},
  known_row{"Broker.Example:80", true},
  known_row{"other.example", true},
  known_row{"evil.example", false},
  known_row{"127.0.0.1.evil.example", false},
  known_row{"localhost.evil.example", false},
  known_row{"broker-1.evil.example:4151", false},
  known_row{"127.1", false},
  known_row{"2130706433", false},
  known_row{"0x7f.0.0.1", false},
  known_row{"::1", false},
  known_row{"[::1", false},
  known_row{"[localhost]", false},
  known_row{"[127.0.0.1]", false},
  known_row{"localhost:port", false},
  known_row{"localhost@evil.example", false},
  known_row{"127.0.0.1:1@evil.example", false},
  known_row{"127.0.0.1x", false},
  known_row{"[::1]x", false},
  known_row{":4151", false},
  known_row{"", false},
};

struct permit_row {
  std::string_view method;
  std::string_view host;
  /// "-" for none.
  std::string_view origin;
  /// "-" for no Sec-Fetch-* at all.
  std::string_view site;
  bool permitted;

  friend std::ostream& operator<<(std::ostream& to, const permit_row& x) {
    return to << x.method << ' ' << x.host << ' ' << x.origin << ' ' << x.site;
  }
};

constexpr std::array requests{
  // No browser: any name will do, as behind a load balancer.
  permit_row{"POST", "any.example", "-", "-", true},
  permit_row{"GET", "", "-", "-", true},
  // A page of ours.
  permit_row{"POST", "localhost:4151", "http://localhost:4151", "-", true},
  permit_row{"POST", "localhost:4151", "http://localhost:4151", "same-origin",
             true},
  permit_row{"POST", "broker-1", "http://broker-1:80", "same-origin", true},
  permit_row{"POST", "broker-1", "https://Broker-1", "-", true},
  permit_row{"POST", "[::1]:4151", "http://[::1]:4151", "-", true},
  // A page of a stranger.
  permit_row{"POST", "localhost:4151", "http://evil.example", "-", false},
  permit_row{"POST", "localhost:4151", "http://evil.example", "cross-site",
             false},
  permit_row{"GET", "localhost:4151", "http://localhost:8080", "-", false},
  permit_row{"POST", "localhost:4151", "null", "-", false},
  permit_row{"POST", "localhost:4151", "", "-", false},
  permit_row{"POST", "localhost:4151", "file://localhost:4151", "-", false},
  permit_row{"POST", "localhost:4151", "http://localhost:4151@evil.example",
             "-", false},
  permit_row{"POST", "localhost", "https://localhost:80", "-", false},
  permit_row{"OPTIONS", "localhost:4151", "http://evil.example", "cross-site",
             false},
  // A name that was made to lead here.
  permit_row{"POST", "evil.example:4151", "http://evil.example:4151",
             "same-origin", false},
  permit_row{"GET", "evil.example:4151", "-", "same-origin", false},
  permit_row{"GET", "evil.example:4151", "-", "none", false},
  // Without an origin.
  permit_row{"GET", "localhost:4151", "-", "none", true},
  permit_row{"HEAD", "localhost:4151", "-", "same-origin", true},
  permit_row{"GET", "localhost:4151", "-", "cross-site", false},
  permit_row{"GET", "localhost:4151", "-", "same-site", false},
  permit_row{"GET", "localhost:4151", "-", "", false},
  permit_row{"POST", "localhost:4151", "-", "cross-site", false},
  permit_row{"POST", "localhost:4151", "-", "none", false},
  permit_row{"PUT", "localhost:4151", "-", "same-origin", false},
};

} // namespace

BOOST_AUTO_TEST_SUITE(browser_guard_tests)

BOOST_DATA_TEST_CASE(knows_what_leads_here, data::make(hosts), x) {
  const browser_guard uut{{"broker-1", "broker.example, other.example", ""}};
  BOOST_TEST(uut.knows(x.host) == x.known);
}

BOOST_DATA_TEST_CASE(permits_pages_of_our_own, data::make(requests), x) {
  const browser_guard uut{{"broker-1"}};
  request head;
  head.method = x.method;
  head.host = x.host;
  if (x.origin != "-")
    head.origin = x.origin;
  head.from_browser = x.site != "-";
  if (head.from_browser)
    head.fetch_site = x.site;
  BOOST_TEST(uut.permits(head) == x.permitted);
}

BOOST_AUTO_TEST_SUITE_END()
