#include "test/protocol/transcript.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <random>

namespace cafq::test {

namespace {

class generator {
public:
  explicit generator(unsigned seed) : random_(seed) {
    // nop
  }

  size_t below(size_t n) {
    return random_() % n;
  }

  std::string bytes(size_t max) {
    std::string result(1 + below(max), '\0');
    for (auto& c : result)
      c = static_cast<char>(below(256));
    return result;
  }

  std::string name() {
    return std::string(1 + below(20), 'n')
           + (below(4) == 0 ? "#ephemeral" : "");
  }

  std::string line_end() {
    return below(2) == 0 ? "\n" : "\r\n";
  }

  std::string mpub() {
    const auto count = 1 + below(20);
    std::string records;
    for (size_t i = 0; i < count; ++i)
      records += sized(bytes(below(10) == 0 ? 5000 : 30));
    const auto declared = below(4) == 0 ? 1 + below(9000) : records.size() + 4;
    return "MPUB " + name() + line_end() + be(static_cast<int64_t>(declared))
           + be(static_cast<int64_t>(count)) + records;
  }

  std::string command() {
    const std::string id = "0123456789abcdef";
    switch (below(8)) {
      case 0:
        return "NOP" + line_end();
      case 1:
        return "RDY " + std::to_string(below(2500)) + line_end();
      case 2:
        return "FIN " + id + line_end();
      case 3:
        return "REQ " + id + " " + std::to_string(below(9'000'000))
               + line_end();
      case 4:
        return "TOUCH " + id + line_end();
      case 5:
        return "DPUB " + name() + " " + std::to_string(below(3'600'000))
               + line_end() + sized(bytes(100));
      case 6:
        return mpub();
      default:
        return "PUB " + name() + line_end()
               + sized(bytes(below(10) == 0 ? 20'000 : 200));
    }
  }

  std::vector<std::string_view> split(std::string_view input) {
    std::vector<std::string_view> result;
    const auto longest = 1 + below(3000);
    while (!input.empty()) {
      const auto n = std::min(input.size(), 1 + below(longest));
      result.push_back(input.substr(0, n));
      input.remove_prefix(n);
    }
    return result;
  }

private:
  std::minstd_rand random_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(command_parser_random_tests)

// The seed is the name of the sample.
BOOST_DATA_TEST_CASE(pieces_say_the_same_as_the_whole,
                     boost::unit_test::data::xrange(1u, 101u)) {
  generator random{sample};
  std::string input = "SUB t c\n";
  const auto count = 1 + random.below(60);
  for (size_t i = 0; i < count; ++i)
    input += random.command();
  const auto whole = parse_pieces({input}, {});
  BOOST_TEST(whole.size() >= count + 1);
  BOOST_TEST(whole.back().front() != '!');
  BOOST_TEST(whole.back().front() != '?');
  for (int i = 0; i < 5; ++i) {
    const auto pieces = random.split(input);
    BOOST_TEST((parse_pieces(pieces, {}) == whole));
    BOOST_TEST((parse_stashed(pieces, {}) == whole));
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
