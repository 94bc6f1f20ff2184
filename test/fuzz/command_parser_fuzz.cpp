#include "net/protocol/command_parser.hpp"

#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

// Whatever the bytes are and wherever they are cut, the parser says the same.

namespace {

using namespace cafq::protocol;

/// Writes what was said as bytes that can be compared.
struct recorder {
  void operator()(const nop&) {
    out += "nop";
  }
  void operator()(const cls&) {
    out += "cls";
  }
  void operator()(const fin& x) {
    add({view(x.id)});
  }
  void operator()(const touch& x) {
    add({view(x.id)});
  }
  void operator()(const req& x) {
    add({view(x.id), std::to_string(x.delay.count())});
  }
  void operator()(const rdy& x) {
    add({std::to_string(x.count)});
  }
  void operator()(const sub& x) {
    add({x.topic, x.channel});
  }
  void operator()(const pub& x) {
    add({x.topic, x.body});
  }
  void operator()(const dpub& x) {
    add({x.topic, x.body, std::to_string(x.delay.count())});
  }
  void operator()(const mpub_begin& x) {
    add({x.topic});
  }
  void operator()(const mpub_part& x) {
    add({x.records});
  }
  void operator()(const mpub& x) {
    if (x.count == x.all
        && x.records.size() != x.body_bytes + 4 * size_t{x.count})
      std::abort();
    add({x.topic, x.records});
  }
  void operator()(const identify& x) {
    add({x.body});
  }
  void operator()(const auth& x) {
    add({x.secret});
  }

  void add(std::initializer_list<std::string_view> parts) {
    for (const auto part : parts) {
      out += part;
      out += '|';
    }
  }

  std::string& out;
};

class conversation {
public:
  explicit conversation(const limits& limits) : parser_(limits, session_) {
    // nop
  }

  void feed(std::string_view bytes, bool stash) {
    // Memory of its own, so that a view into it that outlives it is seen.
    const std::vector<char> copy{bytes.begin(), bytes.end()};
    parser_.feed({copy.data(), copy.size()});
    if (stash)
      parser_.stash();
    else
      drain();
  }

  std::string end() {
    drain();
    if (const auto bad = parser_.end_of_input())
      said_ += "end: " + bad->text;
    return said_;
  }

private:
  void drain() {
    for (;;) {
      const auto result = parser_.next();
      if (std::holds_alternative<need_more>(result))
        return;
      if (const auto* bad = std::get_if<violation>(&result)) {
        said_ += "bad: " + bad->text + "\n";
        continue;
      }
      const auto& what = std::get<command>(result);
      said_ += std::to_string(what.index()) + ": ";
      std::visit(recorder{said_}, what);
      said_ += '\n';
      if (std::holds_alternative<sub>(what))
        session_.subscribe();
      else if (std::holds_alternative<cls>(what))
        session_.close();
    }
  }

  session session_;
  command_parser parser_;
  std::string said_;
};

} // namespace

/// The first byte says where to cut, the rest is what the client sends.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0)
    return 0;
  limits rules;
  rules.max_msg_size = 64;
  rules.max_body_size = 128;
  rules.auth_enabled = (data[0] & 1) != 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1,
                               size - 1};
  conversation whole{rules};
  whole.feed(bytes, false);
  const auto expected = whole.end();
  const size_t cut = bytes.size() * data[0] / 255;
  for (const bool stash : {false, true}) {
    conversation pieces{rules};
    pieces.feed(bytes.substr(0, cut), stash);
    pieces.feed(bytes.substr(cut), stash);
    if (pieces.end() != expected)
      std::abort();
  }
  conversation crumbs{rules};
  for (size_t i = 0; i < bytes.size(); ++i)
    crumbs.feed(bytes.substr(i, 1), (i & data[0]) != 0);
  if (crumbs.end() != expected)
    std::abort();
  return 0;
}
