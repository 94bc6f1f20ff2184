#include "config/config_file.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <variant>

// Whatever the bytes are: a file that is taken was read to its end, so that
// what is appended to it counts.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cafq::config;
  const std::string text{reinterpret_cast<const char*>(data), size};
  const auto parsed = parse_config(text);
  const auto* before = std::get_if<std::vector<file_entry>>(&parsed);
  if (before == nullptr)
    return 0;
  const auto more = parse_config(text + "\n[last]\nkey = 1\n");
  const auto* after = std::get_if<std::vector<file_entry>>(&more);
  if (after == nullptr || after->size() < before->size() + 2)
    std::abort();
  const auto& last = after->back();
  if (last.section != "last" || last.key != "key" || last.value != setting{1L})
    std::abort();
  return 0;
}
