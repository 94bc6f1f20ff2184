#pragma once

#include "tools/cafq/bench/body_header.hpp"
#include "tools/cafq/endpoint.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace cafq::bench {

/// One publishing command for any of several topics, formatted once; sending
/// it changes only the headers.
class command_template {
public:
  /// A PUB, or an MPUB.
  /// @param batch Messages: 1 makes a PUB, more an MPUB.
  /// @param size Bytes of each body.
  static command_template nsq(const std::vector<std::string>& topics,
                              std::size_t batch, std::size_t size);

  /// The same as a request to /pub, or to /mpub?binary=true.
  static command_template
  http(const tool::endpoint& broker, const std::vector<std::string>& topics,
       std::size_t batch, std::size_t size);

  /// Appends the command to `out`, its bodies numbered from `header.sequence`.
  void append(std::string& out, std::size_t topic, body_header header) const;

  /// Returns how many messages one command has.
  [[nodiscard]] std::size_t batch() const noexcept {
    return batch_;
  }

  [[nodiscard]] std::size_t topics() const noexcept {
    return heads_.size();
  }

private:
  command_template(std::size_t batch, std::size_t size);

  std::size_t batch_;
  std::size_t size_;
  /// What comes before the bodies, a topic each.
  std::vector<std::string> heads_;
  /// All bodies, with a length before each.
  std::string bodies_;
};

} // namespace cafq::bench
