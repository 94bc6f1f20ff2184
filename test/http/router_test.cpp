#include "net/http/router.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <ostream>

using namespace cafq::http;

namespace data = boost::unit_test::data;

namespace {

struct row {
  std::string_view method;
  std::string_view path;
  int status;
  /// Of Allow or Location.
  std::string_view header;

  friend std::ostream& operator<<(std::ostream& to, const row& x) {
    return to << x.method << ' ' << x.path;
  }
};

request make(std::string_view method, std::string_view path,
             std::string_view query = {}) {
  request result;
  result.method = method;
  result.path = path;
  result.query = query;
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(router_tests)

BOOST_AUTO_TEST_CASE(finds_endpoints) {
  const auto found = find_route(make("POST", "/topic/pause"));
  BOOST_TEST_REQUIRE(std::holds_alternative<route>(found));
  BOOST_TEST((std::get<route>(found).target == endpoint::topic_pause));
}

BOOST_AUTO_TEST_CASE(hands_the_last_part_of_the_path_on) {
  const auto found = find_route(make("PUT", "/config/log_level"));
  BOOST_TEST_REQUIRE(std::holds_alternative<route>(found));
  BOOST_TEST((std::get<route>(found).target == endpoint::config_put));
  BOOST_TEST(std::get<route>(found).parameter == "log_level");
}

const std::array rows{
  row{"GET", "/nope", 404, ""},
  row{"GET", "/", 404, ""},
  row{"GET", "/config/", 404, ""},
  row{"GET", "/config", 404, ""},
  row{"GET", "/config/a/b", 404, ""},
  row{"GET", "/debug/pprof/heap", 404, ""},
  row{"POST", "/debug/freememory", 404, ""},
  row{"OPTIONS", "/nope", 404, ""},
  row{"GET", "/pub", 405, "OPTIONS, POST"},
  row{"HEAD", "/ping", 405, "GET, OPTIONS"},
  row{"FOO", "/ping", 405, "GET, OPTIONS"},
  row{"DELETE", "/config/x", 405, "GET, OPTIONS, PUT"},
  row{"OPTIONS", "/ping", 200, "GET, OPTIONS"},
  row{"OPTIONS", "/config/x", 200, "GET, OPTIONS, PUT"},
  row{"OPTIONS", "*", 200, ""},
  row{"POST", "/ui", 405, "GET, OPTIONS"},
  row{"GET", "/ui/a/b", 404, ""},
  row{"GET", "/ui/", 301, "/ui"},
  row{"GET", "/ping/", 301, "/ping"},
  row{"GET", "/PING", 301, "/ping"},
  row{"GET", "//x/../Ping/", 301, "/ping"},
  row{"GET", "/Config/Log_level", 301, "/config/Log_level"},
  row{"GET", "/config/a b/", 301, "/config/a%20b"},
  row{"POST", "/topic/create/", 307, "/topic/create"},
  row{"PUT", "/CONFIG/x", 307, "/config/x"},
  // The path has to be one of the method's.
  row{"POST", "/ping/", 404, ""},
  row{"HEAD", "/PING", 404, ""},
};

BOOST_DATA_TEST_CASE(says_what_is_wrong, data::make(rows), x) {
  const auto found = find_route(make(x.method, x.path));
  BOOST_TEST_REQUIRE(std::holds_alternative<response>(found));
  const auto& answer = std::get<response>(found);
  BOOST_TEST(answer.status == x.status);
  BOOST_TEST(answer.allow + answer.location == x.header);
  BOOST_TEST(answer.v1 == (x.status >= 400));
}

BOOST_AUTO_TEST_CASE(keeps_the_query_of_a_redirect) {
  const auto found = find_route(make("GET", "/ping/", "a=b&c<d"));
  const auto& answer = std::get<response>(found);
  BOOST_TEST(answer.location == "/ping?a=b&c<d");
  BOOST_TEST(answer.body
             == "<a href=\"/ping?a=b&amp;c&lt;d\">Moved Permanently</a>.\n\n");
}

BOOST_AUTO_TEST_SUITE_END()
