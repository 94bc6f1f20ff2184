#include "test/protocol/transcript.hpp"

#include "net/protocol/big_endian.hpp"
#include "net/protocol/command_parser.hpp"
#include "net/protocol/record.hpp"

#include <boost/test/unit_test.hpp>

#include <ostream>
#include <random>

namespace cafq::test {

using namespace protocol;

namespace {

std::string text(std::string_view bytes) {
  return std::string{bytes};
}

std::string text(const message_id& id) {
  return std::string{view(id)};
}

std::string text(std::chrono::nanoseconds delay) {
  return std::to_string(delay.count()) + "ns";
}

struct describer {
  std::string operator()(const nop&) const {
    return "NOP";
  }
  std::string operator()(const cls&) const {
    return "CLS";
  }
  std::string operator()(const fin& x) const {
    return "FIN " + text(x.id);
  }
  std::string operator()(const touch& x) const {
    return "TOUCH " + text(x.id);
  }
  std::string operator()(const req& x) const {
    return "REQ " + text(x.id) + " " + text(x.delay)
           + (x.clamped ? " clamped" : "");
  }
  std::string operator()(const rdy& x) const {
    return "RDY " + std::to_string(x.count);
  }
  std::string operator()(const sub& x) const {
    return "SUB " + text(x.topic) + " " + text(x.channel);
  }
  std::string operator()(const pub& x) const {
    return "PUB " + text(x.topic) + " " + text(x.body);
  }
  std::string operator()(const dpub& x) const {
    return "DPUB " + text(x.topic) + " " + text(x.body) + " " + text(x.delay);
  }
  std::string operator()(const mpub_begin& x) const {
    return "MPUB " + text(x.topic) + "...";
  }
  std::string operator()(const mpub_part& x) const {
    return "part of " + std::to_string(x.count);
  }
  std::string operator()(const mpub& x) const {
    auto result = "MPUB " + text(x.topic);
    size_t bytes = 0;
    uint32_t count = 0;
    for (auto rest = x.records; !rest.empty(); ++count) {
      const auto body = take_record(rest);
      bytes += body.size();
      result += " " + text(body);
    }
    BOOST_TEST(count == x.count);
    BOOST_TEST(bytes == x.body_bytes);
    return result;
  }
  std::string operator()(const identify& x) const {
    return "IDENTIFY " + text(x.body);
  }
  std::string operator()(const auth& x) const {
    return "AUTH " + text(x.secret);
  }
};

/// A parser and the little a connection does between commands.
class conversation {
public:
  explicit conversation(const limits& limits) : limits_(limits) {
    // nop
  }

  command_parser& parser() {
    return parser_;
  }

  void drain() {
    for (;;) {
      const auto result = parser_.next();
      if (std::holds_alternative<need_more>(result))
        return;
      if (const auto* bad = std::get_if<violation>(&result)) {
        BOOST_TEST(bad->fatal);
        said_.push_back("!" + bad->text);
        continue;
      }
      const auto& what = std::get<command>(result);
      said_.push_back(describe(what));
      if (std::holds_alternative<sub>(what))
        session_.subscribe();
      else if (std::holds_alternative<cls>(what))
        session_.close();
    }
  }

  transcript end() {
    if (const auto bad = parser_.end_of_input())
      said_.push_back("?" + bad->text);
    BOOST_TEST(!parser_.end_of_input().has_value());
    return said_;
  }

private:
  limits limits_;
  session session_;
  command_parser parser_{limits_, session_};
  transcript said_;
};

} // namespace

std::string describe(const command& command) {
  return std::visit(describer{}, command);
}

transcript parse_pieces(const std::vector<std::string_view>& pieces,
                        const limits& limits) {
  conversation talk{limits};
  for (const auto piece : pieces) {
    const std::vector<char> copy{piece.begin(), piece.end()};
    talk.parser().feed({copy.data(), copy.size()});
    talk.drain();
  }
  return talk.end();
}

transcript parse_stashed(const std::vector<std::string_view>& pieces,
                         const limits& limits) {
  conversation talk{limits};
  for (const auto piece : pieces) {
    const std::vector<char> copy{piece.begin(), piece.end()};
    talk.parser().feed({copy.data(), copy.size()});
    talk.parser().stash();
  }
  talk.drain();
  return talk.end();
}

std::ostream& operator<<(std::ostream& out, const parser_case& x) {
  return out << x.input.substr(0, 60);
}

void check(const parser_case& x) {
  const std::string_view input{x.input};
  const auto same = [&](const transcript& said) {
    BOOST_TEST(said == x.expected, boost::test_tools::per_element());
  };
  BOOST_TEST_CONTEXT("in one piece") {
    same(parse_pieces({input}, x.limits));
  }
  const size_t step = input.size() < 100'000 ? 1 : 997;
  BOOST_TEST_CONTEXT("in pieces of " << step) {
    std::vector<std::string_view> pieces;
    for (size_t i = 0; i < input.size(); i += step)
      pieces.push_back(input.substr(i, step));
    same(parse_pieces(pieces, x.limits));
    same(parse_stashed(pieces, x.limits));
  }
  const auto split_at = [&](size_t i) {
    BOOST_TEST_CONTEXT("split at " << i) {
      same(parse_pieces({input.substr(0, i), input.substr(i)}, x.limits));
    }
  };
  if (input.size() < 1000) {
    for (size_t i = 0; i < input.size(); ++i)
      split_at(i);
    return;
  }
  std::minstd_rand random{1};
  for (int i = 0; i < 10; ++i)
    split_at(random() % input.size());
}

std::string be(int64_t value) {
  std::string result(4, '\0');
  store_big_endian(result.data(), static_cast<int32_t>(value));
  return result;
}

std::string sized(std::string_view body) {
  return be(static_cast<int64_t>(body.size())) + std::string{body};
}

} // namespace cafq::test
