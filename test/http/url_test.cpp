#include "net/http/url.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <ostream>

using namespace cafq::http;

namespace data = boost::unit_test::data;

namespace {

struct pair {
  std::string_view in;
  std::string_view out;

  friend std::ostream& operator<<(std::ostream& to, const pair& x) {
    return to << x.in;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(url_tests)

const std::array decoded{
  pair{"", ""},
  pair{"abc", "abc"},
  pair{"%41b", "Ab"},
  pair{"a%2fb", "a/b"},
  pair{"%e2%82%AC", "\xe2\x82\xac"},
  pair{"a+b", "a+b"},
  pair{"%25", "%"},
};

BOOST_DATA_TEST_CASE(decodes_a_path, data::make(decoded), x) {
  BOOST_TEST(decode_path(x.in).value_or("-") == x.out);
}

const std::array<std::string_view, 6> bad_escapes{"%",   "%4",   "a%",
                                                  "%zz", "%4g1", "%%41"};

BOOST_DATA_TEST_CASE(refuses_half_an_escape, data::make(bad_escapes), x) {
  BOOST_TEST(!decode_path(x));
  BOOST_TEST(!decode_query(x));
}

const std::array cleaned{
  pair{"", "/"},          pair{"/", "/"},
  pair{"//", "/"},        pair{"a", "/a"},
  pair{"/a/", "/a/"},     pair{"//a//b", "/a/b"},
  pair{"/a/./b", "/a/b"}, pair{"/a/..", "/"},
  pair{"/a/../..", "/"},  pair{"/a/b/../c", "/a/c"},
  pair{"/a/.", "/a/"},    pair{"/../a", "/a"},
};

BOOST_DATA_TEST_CASE(cleans_a_path, data::make(cleaned), x) {
  BOOST_TEST(clean_path(x.in) == x.out);
}

BOOST_AUTO_TEST_CASE(writes_a_path_for_a_url) {
  BOOST_TEST(encode_path("/a b/\xff#?%:@") == "/a%20b/%FF%23%3F%25:@");
}

BOOST_AUTO_TEST_CASE(writes_a_value_for_a_query) {
  BOOST_TEST(encode_query("a.b_c-1#e&x /") == "a.b_c-1%23e%26x%20%2F");
}

BOOST_AUTO_TEST_CASE(takes_the_first_of_equal_keys) {
  const auto x = query::parse("a=1&b=2&a=3&&c&d=&=e&f=g=h");
  BOOST_TEST_REQUIRE(x.has_value());
  BOOST_TEST(x->get("a") == "1");
  BOOST_TEST(x->get("c") == "");
  BOOST_TEST(x->find("d").has_value());
  BOOST_TEST(x->get("f") == "g=h");
  BOOST_TEST(!x->find("e").has_value());
}

BOOST_AUTO_TEST_CASE(decodes_keys_and_values) {
  const auto x = query::parse("%74opic=a+b%26c");
  BOOST_TEST_REQUIRE(x.has_value());
  BOOST_TEST(x->get("topic") == "a b&c");
}

const std::array<std::string_view, 5> bad_queries{"a;b", "a=%zz", "%1=x",
                                                  "topic=t&x=1;y=2", "a=1&%"};

BOOST_DATA_TEST_CASE(refuses_all_of_a_bad_query, data::make(bad_queries), x) {
  BOOST_TEST(!query::parse(x).has_value());
}

BOOST_AUTO_TEST_CASE(takes_any_other_value_of_a_switch_for_true) {
  const auto x = query::parse("a=true&b=1&c=false&d=0&e=&f=FALSE");
  BOOST_TEST_REQUIRE(x.has_value());
  for (const auto* key : {"a", "b", "e", "f"})
    BOOST_TEST(x->flag(key, false));
  for (const auto* key : {"c", "d"})
    BOOST_TEST(!x->flag(key, true));
  BOOST_TEST(x->flag("g", true));
  BOOST_TEST(!x->flag("g", false));
}

BOOST_AUTO_TEST_SUITE_END()
