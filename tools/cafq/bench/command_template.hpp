#pragma once

#include "tools/cafq/bench/body_header.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace cafq::bench {

/// One PUB or MPUB, formatted once; sending it changes only the headers.
class command_template {
public:
  /// @param batch Messages: 1 makes a PUB, more an MPUB.
  /// @param size Bytes of each body.
  command_template(std::string_view topic, std::size_t batch, std::size_t size);

  /// The command, its bodies numbered from `header.value`.
  [[nodiscard]] std::string_view stamp(body_header header);

  [[nodiscard]] std::size_t batch() const noexcept {
    return batch_;
  }

private:
  std::string bytes_;
  std::size_t batch_;
  std::size_t size_;
};

} // namespace cafq::bench
