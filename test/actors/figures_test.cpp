#include "actors/figures.hpp"

#include "actors/payloads.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <string>

namespace cafq::test {

namespace {

/// Returns the cells of the row that the manual has for a kind of actor.
std::string row_in_manual(std::string_view kind) {
  std::ifstream file{CAFQ_SOURCE_DIR "/docs/OPERATIONS.md"};
  const auto begin = "| " + std::string{kind} + " |";
  for (std::string line; std::getline(file, line);)
    if (line.compare(0, begin.size(), begin) == 0)
      return line;
  return {};
}

std::string_view in_words(figure_unit x) {
  switch (x) {
    case figure_unit::number:
      return "";
    case figure_unit::bytes:
      return ", bytes";
    case figure_unit::microseconds:
      return ", us";
    case figure_unit::flag:
      return ", 0 or 1";
  }
  return "";
}

/// Returns how the manual lists the figures of a kind.
template <class Figures>
std::string cell_of(const Figures&) {
  std::string result;
  for (const auto& row : Figures::rows) {
    std::string what{row.what};
    if (what.compare(0, 3, "CPU") != 0)
      what[0] = static_cast<char>(std::tolower(what[0]));
    result += (result.empty() ? "" : "; ") + ("`" + std::string{row.name})
              + "` " + what + std::string{in_words(row.unit)};
  }
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(figures_tests)

BOOST_AUTO_TEST_CASE(an_actor_tells_what_its_kind_has) {
  actor_stat x;
  x.figures = channel_figures{.depth = 3, .deferred = 4};
  BOOST_TEST(x.figure(&channel_figures::depth) == 3U);
  BOOST_TEST(x.figure(&channel_figures::deferred) == 4U);
  BOOST_TEST(x.figure(&channel_figures::messages) == 0U);
  // It is no topic.
  BOOST_TEST(x.figure(&topic_figures::depth) == 0U);
  BOOST_TEST(x.figure(&store_figures::commits) == 0U);
}

BOOST_AUTO_TEST_CASE(those_of_the_store_are_elsewhere) {
  actor_stat x;
  x.figures = store_figures{.commits = 5, .failing = 1};
  BOOST_TEST(x.figure(&store_figures::commits) == 5U);
  BOOST_TEST(x.figures.named("failing").value() == 1U);
}

BOOST_AUTO_TEST_CASE(figures_come_in_the_order_of_the_table) {
  const actor_figures x = http_figures{7, 8, 9};
  std::string told;
  x.for_each([&](std::string_view name, uint64_t value) {
    told += std::string{name} + "=" + std::to_string(value) + " ";
  });
  BOOST_TEST(told == "requests=7 published=8 pending_bytes=9 ");
  actor_figures{}.for_each([&](auto...) { told.clear(); });
  BOOST_TEST(!told.empty());
}

BOOST_AUTO_TEST_CASE(people_name_figures) {
  const actor_figures x = topic_figures{.depth = 2};
  BOOST_TEST(x.named("depth").value() == 2U);
  BOOST_TEST(x.named("waiting").value() == 0U);
  BOOST_TEST(!x.named("detph").has_value());
  BOOST_TEST(!actor_figures{}.named("depth").has_value());
}

BOOST_AUTO_TEST_CASE(each_kind_is_one_that_actors_have) {
  for_each_kind_of_figures([](const auto& x) {
    const auto all = state_rows();
    BOOST_TEST(std::any_of(all.begin(), all.end(),
                           [&](const auto& row) { return row.kind == x.kind; }),
               x.kind);
  });
}

BOOST_AUTO_TEST_CASE(each_kind_of_actor_has_figures) {
  for (const auto& row : state_rows()) {
    auto found = false;
    for_each_kind_of_figures(
      [&](const auto& x) { found = found || x.kind == row.kind; });
    BOOST_TEST(found, row.kind);
  }
}

// What it should be is in the message: to be copied.
BOOST_AUTO_TEST_CASE(the_manual_lists_each_figure) {
  for_each_kind_of_figures([](const auto& x) {
    const auto row = row_in_manual(x.kind);
    const auto cell = " | " + cell_of(x) + " |";
    BOOST_TEST(
      (row.size() > cell.size()
       && row.compare(row.size() - cell.size(), cell.size(), cell) == 0),
      "| " << x.kind << " | ..." << cell);
  });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
