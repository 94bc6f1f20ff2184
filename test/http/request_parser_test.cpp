#include "net/http/request_parser.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <ostream>
#include <random>
#include <string>

using namespace cafq::http;

namespace data = boost::unit_test::data;

using event = request_parser::event;

namespace {

/// Goes on to the end of the request.
event finish(request_parser& x) {
  auto result = x.next();
  while (result == event::head)
    result = x.next();
  return result;
}

const std::string post = "POST /pub?topic=t HTTP/1.1\r\nHost: x\r\n";

struct bad_request {
  std::string_view bytes;
  int status;
  std::string_view body;

  friend std::ostream& operator<<(std::ostream& to, const bad_request& x) {
    return to << x.bytes;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(request_parser_tests)

BOOST_AUTO_TEST_CASE(takes_a_request_apart) {
  request_parser uut;
  uut.feed("POST /a%20b?topic=t&x=%41 HTTP/1.1\r\nHost: x\r\n"
           "Content-Length: 5\r\n\r\nhello");
  BOOST_TEST((uut.next() == event::head));
  const auto& head = uut.head();
  BOOST_TEST(head.method == "POST");
  BOOST_TEST(head.target == "/a%20b?topic=t&x=%41");
  BOOST_TEST(head.path == "/a b");
  BOOST_TEST(head.query == "topic=t&x=%41");
  BOOST_TEST(head.keep_alive);
  BOOST_TEST(head.content_length.value_or(0) == 5U);
  BOOST_TEST((uut.next() == event::body));
  BOOST_TEST(uut.body() == "hello");
}

BOOST_AUTO_TEST_CASE(gives_back_the_memory_of_a_body) {
  constexpr size_t size = 1'000'000;
  request_parser uut;
  uut.limit_body(size);
  uut.feed(post + "Content-Length: " + std::to_string(size) + "\r\n\r\n");
  BOOST_TEST((uut.next() == event::head));
  for (size_t i = 0; i < size; i += 10'000) {
    BOOST_TEST((uut.next() == event::need_more));
    uut.feed(std::string(10'000, 'x'));
  }
  BOOST_TEST((uut.next() == event::body));
  BOOST_TEST(uut.held() >= size);
  uut.drop_body();
  BOOST_TEST(uut.held() < size / 10);
}

BOOST_AUTO_TEST_CASE(knows_a_browser_by_its_head) {
  request_parser uut;
  uut.feed("GET / HTTP/1.1\r\nHost: a:1\r\norigin: http://b\r\n"
           "SEC-FETCH-SITE: cross-site\r\n\r\n");
  BOOST_TEST((uut.next() == event::head));
  const auto& head = uut.head();
  BOOST_TEST(head.host == "a:1");
  BOOST_TEST(head.origin.value_or("") == "http://b");
  BOOST_TEST(head.from_browser);
  BOOST_TEST(head.fetch_site == "cross-site");
}

BOOST_AUTO_TEST_CASE(knows_a_browser_by_any_of_its_fields) {
  request_parser uut;
  uut.feed("GET / HTTP/1.1\r\nHost: a\r\nSec-Fetch-Storage-Access: x\r\n\r\n"
           "GET / HTTP/1.1\r\nHost: a\r\nSec-Fetc: x\r\nSec: y\r\n\r\n");
  BOOST_TEST((uut.next() == event::head));
  BOOST_TEST(uut.head().from_browser);
  BOOST_TEST((uut.next() == event::body));
  uut.skip();
  BOOST_TEST((uut.next() == event::head));
  BOOST_TEST(!uut.head().from_browser);
  BOOST_TEST(!uut.head().origin.has_value());
}

BOOST_AUTO_TEST_CASE(takes_fetch_of_node_for_no_browser) {
  request_parser uut;
  uut.feed("GET / HTTP/1.1\r\nHost: a\r\nsec-fetch-mode: cors\r\n\r\n"
           "GET / HTTP/1.1\r\nHost: a\r\nSec-Fetch-Mode: navigate\r\n\r\n");
  BOOST_TEST((uut.next() == event::head));
  BOOST_TEST(!uut.head().from_browser);
  BOOST_TEST((uut.next() == event::body));
  uut.skip();
  BOOST_TEST((uut.next() == event::head));
  BOOST_TEST(uut.head().from_browser);
}

BOOST_AUTO_TEST_CASE(takes_the_first_secret_of_several) {
  request_parser uut;
  uut.feed("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer one\r\n"
           "Authorization: Bearer two\r\n\r\n");
  BOOST_TEST((uut.next() == event::head));
  BOOST_TEST(uut.head().secret == "one");
}

BOOST_AUTO_TEST_CASE(takes_nothing_from_a_trailer) {
  request_parser uut;
  uut.feed(post
           + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"
             "Authorization: Bearer secret\r\nHost: y\r\nOrigin: z\r\n"
             "Expect: 100-continue\r\n\r\n"
           + post + "Content-Length: 0\r\n\r\n");
  BOOST_TEST((finish(uut) == event::body));
  BOOST_TEST(uut.body() == "x");
  BOOST_TEST(uut.head().secret == "");
  BOOST_TEST(uut.head().host == "x");
  BOOST_TEST(!uut.head().origin.has_value());
  BOOST_TEST(!uut.head().expects_continue);
  uut.skip();
  BOOST_TEST((finish(uut) == event::body));
}

BOOST_AUTO_TEST_CASE(goes_on_with_the_next_request) {
  request_parser uut;
  uut.feed("GET /a HTTP/1.1\r\nHost: x\r\n\r\n" + post
           + "Content-Length: 1\r\n\r\nxGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  for (const auto* path : {"/a", "/pub", "/b"}) {
    BOOST_TEST((finish(uut) == event::body));
    BOOST_TEST(uut.head().path == path);
    uut.skip();
  }
  BOOST_TEST((uut.next() == event::need_more));
  BOOST_TEST(!uut.within_request());
}

BOOST_AUTO_TEST_CASE(takes_bytes_in_any_pieces) {
  const auto all = post
                   + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=1\r\nde"
                     "\r\n0\r\nTrailer: y\r\n\r\n"
                   + post + "Content-Length: 3\r\n\r\nfgh";
  for (unsigned seed = 0; seed < 200; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      std::minstd_rand random{seed};
      request_parser uut;
      std::string bodies;
      std::string_view rest = all;
      while (!rest.empty()) {
        const auto size = std::min<size_t>(rest.size(), random() % 9 + 1);
        uut.feed(rest.substr(0, size));
        rest.remove_prefix(size);
        while (finish(uut) == event::body) {
          bodies.append(uut.body()).append("|");
          uut.skip();
        }
      }
      BOOST_TEST(bodies == "abcde|fgh|");
    }
  }
}

BOOST_AUTO_TEST_CASE(knows_which_requests_are_the_last) {
  for (const auto* head :
       {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n"}) {
    request_parser uut;
    uut.feed(head);
    BOOST_TEST((uut.next() == event::head));
    BOOST_TEST(!uut.head().keep_alive);
  }
  request_parser uut;
  uut.feed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  BOOST_TEST((uut.next() == event::head));
  BOOST_TEST(uut.head().keep_alive);
}

BOOST_AUTO_TEST_CASE(takes_the_path_of_a_whole_url) {
  for (const auto* target : {"http://host/ping?a", "https://h:1/ping?a"}) {
    request_parser uut;
    uut.feed(std::string{"GET "} + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST((uut.next() == event::head));
    BOOST_TEST(uut.head().path == "/ping");
    BOOST_TEST(uut.head().query == "a");
  }
}

BOOST_AUTO_TEST_CASE(stops_at_the_limit_of_a_body) {
  for (const auto* body :
       {"Content-Length: 4\r\n\r\nabcd",
        "Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n"
        "\r\n"}) {
    for (const auto limit : {3U, 4U}) {
      request_parser uut;
      uut.feed(post + body);
      BOOST_TEST((uut.next() == event::head));
      uut.limit_body(limit);
      BOOST_TEST(
        (uut.next() == (limit == 4 ? event::body : event::body_too_big)));
    }
  }
}

BOOST_AUTO_TEST_CASE(reads_over_a_body) {
  request_parser uut;
  uut.feed(post
           + "Content-Length: 4\r\n\r\nabcdGET /b HTTP/1.1\r\nHost: "
             "x\r\n\r\n");
  BOOST_TEST((uut.next() == event::head));
  uut.discard_body();
  BOOST_TEST((uut.next() == event::body));
  BOOST_TEST(uut.body() == "");
  uut.skip();
  BOOST_TEST((uut.next() == event::head));
  BOOST_TEST(uut.head().path == "/b");
}

BOOST_AUTO_TEST_CASE(tells_bad_chunks) {
  request_parser uut;
  uut.feed(post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n");
  BOOST_TEST((finish(uut) == event::bad_body));
}

const std::array bad_requests{
  bad_request{"GARBAGE\r\n\r\n", 400, "400 Bad Request"},
  bad_request{"GET / HTTP/1.1\r\n\r\n", 400,
              "400 Bad Request: missing required Host header"},
  bad_request{"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400,
              "400 Bad Request"},
  bad_request{"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "400 Bad Request"},
  bad_request{"GET ping HTTP/1.1\r\nHost: x\r\n\r\n", 400, "400 Bad Request"},
  bad_request{"GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", 400,
              "400 Bad Request"},
  bad_request{"GET / HTTP/2.5\r\nHost: x\r\n\r\n", 505,
              "505 HTTP Version Not Supported: unsupported protocol version"},
  bad_request{"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
              501, "Unsupported transfer encoding"},
  bad_request{"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n", 400,
              "400 Bad Request"},
  bad_request{"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400,
              "400 Bad Request"},
  bad_request{"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
              "Content-Length: 2\r\n\r\n",
              400, "400 Bad Request"},
  // Nothing that two readers could take for two different requests.
  bad_request{"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
              "Transfer-Encoding: chunked\r\n\r\n",
              400, "400 Bad Request"},
  bad_request{"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: "
              "99999999999999999999\r\n\r\n",
              400, "400 Bad Request"},
  bad_request{"POST / HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\n"
              "Content-Length: 1\r\n\r\n",
              417, ""},
};

BOOST_DATA_TEST_CASE(says_what_is_no_request, data::make(bad_requests), x) {
  request_parser uut;
  uut.feed(x.bytes);
  BOOST_TEST((finish(uut) == event::bad_head));
  BOOST_TEST(uut.refused().status == x.status);
  BOOST_TEST(uut.refused().body == x.body);
  BOOST_TEST(uut.refused().close);
}

BOOST_AUTO_TEST_CASE(bounds_the_head) {
  request_parser uut;
  uut.feed("GET / HTTP/1.1\r\nHost: x\r\nX: ");
  while (uut.next() == event::need_more
         && uut.buffered() < size_t{2} * request_parser::max_head_size)
    uut.feed(std::string(1000, 'y'));
  BOOST_TEST((uut.next() == event::bad_head));
  BOOST_TEST(uut.refused().status == 431);
  BOOST_TEST(uut.buffered() <= request_parser::max_head_size + 1000);
}

/// What a body in chunks begins with, and what then comes for ever.
const std::array<std::array<std::string, 2>, 4> endless{{
  {"1;", "x"},
  {"3\r\nabc\r\n1;x=\"", "y"},
  {"0\r\n", "X: y\r\n"},
  {"", "1;xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\na\r\n"},
}};

BOOST_AUTO_TEST_CASE(bounds_what_stands_around_chunks) {
  for (const auto& [begin, rest] : endless) {
    request_parser uut;
    uut.feed(post + "Transfer-Encoding: chunked\r\n\r\n" + begin);
    size_t fed = 0;
    auto found = finish(uut);
    while (found == event::need_more
           && fed < size_t{64} * request_parser::max_framing) {
      uut.feed(rest);
      fed += rest.size();
      found = finish(uut);
      BOOST_TEST_REQUIRE(uut.buffered()
                         <= request_parser::max_framing + rest.size());
    }
    BOOST_TEST((found == event::bad_body), begin);
  }
}

BOOST_AUTO_TEST_CASE(takes_many_small_chunks) {
  request_parser uut;
  uut.feed(post + "Transfer-Encoding: chunked\r\n\r\n");
  for (size_t i = 0; i < 100000; ++i) {
    uut.feed("1;a=b\r\nx\r\n");
    if (i % 100 == 0)
      BOOST_TEST_REQUIRE((finish(uut) == event::need_more));
  }
  uut.feed("0\r\nX: y\r\n\r\n");
  BOOST_TEST((finish(uut) == event::body));
  BOOST_TEST(uut.body().size() == 100000U);
}

BOOST_AUTO_TEST_CASE(knows_that_http_1_0_has_no_chunks) {
  request_parser uut;
  uut.feed("POST /pub?topic=t HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"
           "1\r\nx\r\n0\r\n\r\n");
  BOOST_TEST((finish(uut) == event::bad_head));
  BOOST_TEST(uut.refused().status == 400);
  BOOST_TEST(uut.refused().close);
}

BOOST_AUTO_TEST_CASE(survives_any_bytes) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    std::minstd_rand random{seed};
    request_parser uut;
    std::string bytes = seed % 2 == 0 ? post + "Transfer-Encoding: chunked\r\n"
                                      : "";
    for (int i = 0; i < 100; ++i)
      bytes += "\r\n :0123456789abGET/%?;HTTP.\xff"[random() % 28];
    uut.feed(bytes);
    for (int i = 0; i < 200 && finish(uut) == event::body; ++i)
      uut.skip();
  }
}

BOOST_AUTO_TEST_SUITE_END()
