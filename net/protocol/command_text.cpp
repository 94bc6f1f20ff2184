#include "net/protocol/command_text.hpp"

#include <initializer_list>
namespace cafq::protocol {

namespace {

std::string in_milliseconds(std::chrono::nanoseconds x) {
  using std::chrono::milliseconds;
  return std::to_string(std::chrono::duration_cast<milliseconds>(x).count());
}

/// Returns the words of a line in brackets.
std::string line(std::initializer_list<std::string_view> words) {
  std::string result;
  for (const auto word : words) {
    result += result.empty() ? '[' : ' ';
    result += word;
  }
  return result + ']';
}

struct renderer {
  std::string operator()(const identify&) const {
    return line({"IDENTIFY"});
  }

  std::string operator()(const auth&) const {
    return line({"AUTH"});
  }

  std::string operator()(const sub& x) const {
    return line({"SUB", x.topic, x.channel});
  }

  std::string operator()(const rdy& x) const {
    return line({"RDY", std::to_string(x.count)});
  }

  std::string operator()(const fin& x) const {
    return line({"FIN", view(x.id)});
  }

  std::string operator()(const touch& x) const {
    return line({"TOUCH", view(x.id)});
  }

  std::string operator()(const req& x) const {
    return line({"REQ", view(x.id), in_milliseconds(x.delay)});
  }

  std::string operator()(const cls&) const {
    return line({"CLS"});
  }

  std::string operator()(const nop&) const {
    return line({"NOP"});
  }

  std::string operator()(const pub& x) const {
    return line({"PUB", x.topic});
  }

  std::string operator()(const dpub& x) const {
    return line({"DPUB", x.topic, in_milliseconds(x.delay)});
  }

  std::string operator()(const mpub_begin& x) const {
    return line({"MPUB", x.topic});
  }

  std::string operator()(const mpub_part& x) const {
    return "[MPUB] " + std::to_string(x.count) + " messages and more";
  }

  std::string operator()(const mpub& x) const {
    return line({"MPUB", x.topic}) + " " + std::to_string(x.all) + " messages";
  }
};

} // namespace

std::string text_of(const command& x) {
  return std::visit(renderer{}, x);
}

} // namespace cafq::protocol
