#include "net/protocol/lookupd_session.hpp"
#include "net/protocol/names.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

// Whatever the bytes are and however they are cut, the same commands come of
// them, all of which keep the rules.

namespace {

using namespace cafq::protocol;

class transcript {
public:
  void feed(std::string_view bytes) {
    session_.feed(bytes);
    while (step())
      ;
  }

  std::string end() {
    if (const auto half = session_.end_of_input())
      text_ += "!" + half->text;
    return text_;
  }

private:
  bool step() {
    const auto x = session_.next();
    if (const auto* bad = std::get_if<violation>(&x)) {
      text_ += "!" + bad->text + "\n";
      return true;
    }
    const auto* command = std::get_if<lookup_command>(&x);
    if (!command)
      return false;
    if (const auto* who = std::get_if<lookup_identity>(command)) {
      known_ = true;
      text_ += to_json(*who);
    } else if (const auto* what = std::get_if<lookup_registration>(command)) {
      if (!known_ || !valid_name(what->topic)
          || (!what->channel.empty() && !valid_name(what->channel)))
        std::abort();
      text_ += (what->exists ? '+' : '-') + what->topic + '/' + what->channel;
    }
    text_ += '\n';
    return true;
  }

  lookupd_session session_;
  bool known_ = false;
  std::string text_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0)
    return 0;
  // The first byte says how long the pieces are.
  const size_t piece = data[0] % 64U + 1;
  const std::string bytes
    = "  V1" + std::string{reinterpret_cast<const char*>(data) + 1, size - 1};
  transcript whole;
  whole.feed(bytes);
  transcript pieces;
  for (size_t at = 0; at < bytes.size(); at += piece)
    pieces.feed(std::string_view{bytes}.substr(at, piece));
  if (whole.end() != pieces.end())
    std::abort();
  return 0;
}
