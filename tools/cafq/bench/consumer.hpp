#pragma once

#include "tools/cafq/bench/load_connection.hpp"

#include <cstdint>
#include <functional>
#include <string_view>

namespace cafq::bench {

/// Finishes every message at once; one write for all FINs of a read.
class consumer final : public load_connection {
public:
  /// Gets each body, and when it came.
  using sink = std::function<void(std::string_view body, time_point at)>;

  /// @param opened Has subscribed.
  consumer(event_loop& loop, tool::connection opened, std::uint64_t rdy,
           sink on_body);

  /// Messages the broker did not let us finish: it took them back before.
  [[nodiscard]] std::uint64_t refused() const noexcept {
    return refused_;
  }

protected:
  void on_frame(const tool::frame& input) override;

private:
  sink on_body_;
  std::uint64_t refused_ = 0;
};

} // namespace cafq::bench
