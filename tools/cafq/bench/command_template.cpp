#include "tools/cafq/bench/command_template.hpp"

#include "tools/cafq/command.hpp"

#include <vector>

namespace cafq::bench {

namespace {

constexpr std::size_t length_size = 4;

} // namespace

command_template::command_template(std::string_view topic, std::size_t batch,
                                   std::size_t size)
  : batch_(batch), size_(size) {
  const std::string body(size, 'x');
  if (batch == 1)
    tool::append_pub(bytes_, topic, body);
  else
    tool::append_mpub(bytes_, topic, std::vector<std::string>(batch, body));
}

std::string_view command_template::stamp(body_header header) {
  if (size_ >= body_header::size) {
    // The bodies are the end of the command, a length before each.
    const auto step = length_size + size_;
    auto* at = bytes_.data() + bytes_.size() - batch_ * step + length_size;
    for (std::size_t i = 0; i < batch_; ++i, at += step) {
      store(at, header);
      ++header.value;
    }
  }
  return bytes_;
}

} // namespace cafq::bench
