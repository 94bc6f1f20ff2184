#pragma once

#include "tools/cafq/bench/http_replies.hpp"
#include "tools/cafq/bench/load_connection.hpp"
#include "tools/cafq/bench/publish_window.hpp"
#include "tools/cafq/unique_fd.hpp"

#include <vector>

namespace cafq::bench {

/// Publishes over one HTTP connection that is kept alive.
class http_publisher final : public load_connection, public refillable {
public:
  http_publisher(event_loop& loop, tool::unique_fd connected,
                 publish_window window);

  void refill(time_point at) override;

private:
  void receive() override;

  tool::unique_fd fd_;
  std::vector<char> input_;
  http_replies replies_;
  publish_window window_;
};

} // namespace cafq::bench
