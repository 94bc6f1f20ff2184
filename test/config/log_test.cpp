#include "config/log.hpp"

#include <boost/test/unit_test.hpp>

#include <iostream>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

// Not an alias: the C library has a function of this name.
using namespace cafq;

namespace {

/// Logs to a string for the time of a test.
struct capture {
  explicit capture(log::level least = log::level::debug,
                   log::format shape = log::format::text) {
    log::init(least, shape, "[p] ", out);
  }

  ~capture() {
    log::init(log::level::info, log::format::text, "[cafqd] ", std::cerr);
  }

  capture(const capture&) = delete;
  capture& operator=(const capture&) = delete;

  /// What was logged, without the time.
  [[nodiscard]] std::string text() const {
    const std::regex time{R"(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d{6})"};
    return std::regex_replace(out.str(), time, "TIME");
  }

  std::ostringstream out;
};

/// Counts how often it is formatted.
struct costly {
  int* count;
};

} // namespace

template <>
struct fmt::formatter<costly> {
  constexpr auto parse(format_parse_context& context) {
    return context.begin();
  }
  template <class Context>
  auto format(const costly& x, Context& context) const {
    ++*x.count;
    return context.out();
  }
};

BOOST_AUTO_TEST_SUITE(log_tests)

BOOST_AUTO_TEST_CASE(writes_lines_as_nsqd_does) {
  const capture lines;
  log::debug("a");
  log::info("TCP: listening on {}", "127.0.0.1:4150");
  log::warn("b {} {}", 1, 2);
  log::error("c");
  log::fatal("d");
  BOOST_TEST(lines.text()
             == "[p] TIME DEBUG: a\n"
                "[p] TIME INFO: TCP: listening on 127.0.0.1:4150\n"
                "[p] TIME WARNING: b 1 2\n"
                "[p] TIME ERROR: c\n"
                "[p] TIME FATAL: d\n");
}

BOOST_AUTO_TEST_CASE(leaves_braces_of_a_plain_text_alone) {
  const capture lines;
  const std::string text{"{\"a\": {}}"};
  log::info(text);
  BOOST_TEST(lines.text() == "[p] TIME INFO: {\"a\": {}}\n");
}

BOOST_AUTO_TEST_CASE(drops_what_is_below_the_level_without_formatting_it) {
  const capture lines{log::level::warn};
  int count = 0;
  log::info("{}", costly{&count});
  BOOST_TEST(count == 0);
  log::warn("{}", costly{&count});
  BOOST_TEST(count == 1);
  BOOST_TEST(lines.text() == "[p] TIME WARNING: \n");
}

BOOST_AUTO_TEST_CASE(changes_its_level_at_run_time) {
  const capture lines{log::level::info};
  log::debug("hidden");
  log::set_level(log::level::debug);
  BOOST_TEST((log::current_level() == log::level::debug));
  log::debug("shown");
  log::set_level(log::level::fatal);
  BOOST_TEST(!log::enabled(log::level::error));
  log::error("hidden");
  BOOST_TEST(lines.text() == "[p] TIME DEBUG: shown\n");
}

BOOST_AUTO_TEST_CASE(keeps_a_client_from_forging_lines) {
  const capture lines;
  log::info("a\nb\r\tc\x1b[1m\x7f" + std::string(1, '\0') + "d\u009be\u00e9");
  BOOST_TEST(lines.text()
             == "[p] TIME INFO: "
                "a\\nb\\r\\tc\\x1b[1m\\x7f\\x00d\\u009be\u00e9\n");
}

BOOST_AUTO_TEST_CASE(writes_an_object_per_line_as_json) {
  const capture lines{log::level::debug, log::format::json};
  const std::string text{"a\n\"b\"\xff\xc3\xa9"};
  log::warn(text);
  const auto line = lines.out.str();
  BOOST_TEST(line.find('\n') == line.size() - 1);
  const auto event = nlohmann::json::parse(line);
  BOOST_TEST(event.size() == 3U);
  BOOST_TEST(event["level"] == "warn");
  BOOST_TEST(event["msg"] == "a\n\"b\"\xef\xbf\xbd\xc3\xa9");
  const std::regex time{R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)"};
  BOOST_TEST(std::regex_match(event["time"].get<std::string>(), time));
}

BOOST_AUTO_TEST_CASE(knows_the_names_of_levels_in_any_case) {
  BOOST_TEST((log::to_level("debug") == log::level::debug));
  BOOST_TEST((log::to_level("INFO") == log::level::info));
  BOOST_TEST((log::to_level("Warn") == log::level::warn));
  BOOST_TEST((log::to_level("error") == log::level::error));
  BOOST_TEST((log::to_level("fatal") == log::level::fatal));
  BOOST_TEST(!log::to_level("warning").has_value());
}

BOOST_AUTO_TEST_CASE(keeps_lines_of_several_threads_apart) {
  const capture lines;
  constexpr int threads = 4;
  constexpr int each = 200;
  {
    std::vector<std::jthread> writers;
    writers.reserve(threads);
    for (int i = 0; i < threads; ++i)
      writers.emplace_back([] {
        for (int k = 0; k < each; ++k)
          log::info("{}", "same");
      });
  }
  std::istringstream text{lines.text()};
  std::string line;
  int count = 0;
  while (std::getline(text, line)) {
    BOOST_TEST(line == "[p] TIME INFO: same");
    ++count;
  }
  BOOST_TEST(count == threads * each);
}

BOOST_AUTO_TEST_SUITE_END()
