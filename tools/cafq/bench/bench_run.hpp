#pragma once

#include "tools/cafq/bench/event_loop.hpp"
#include "tools/cafq/bench/meter.hpp"
#include "tools/cafq/bench/options.hpp"
#include "tools/cafq/bench/report.hpp"
#include "tools/cafq/connection.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace cafq::bench {

/// What the runs of all benches have in common.
class bench_run {
public:
  explicit bench_run(const common_options& options);

  [[nodiscard]] tool::connection open_publisher() const;

  [[nodiscard]] tool::connection
  open_consumer(const std::string& channel) const;

  /// Polls until `done`, or until `progress` has not changed for the timeout.
  /// @returns done()
  bool poll_until(const std::function<bool()>& done,
                  const std::function<std::uint64_t()>& progress);

  /// Adds what was asked for.
  void describe(report& out, std::string_view bench) const;

  /// A number no other run has, for body_header.
  [[nodiscard]] std::uint32_t id() const noexcept {
    return id_;
  }

  [[nodiscard]] const std::string& topic() const noexcept {
    return topic_;
  }

  [[nodiscard]] event_loop& loop() noexcept {
    return loop_;
  }

  [[nodiscard]] meter& cost() noexcept {
    return cost_;
  }

  [[nodiscard]] const meter& cost() const noexcept {
    return cost_;
  }

private:
  [[nodiscard]] tool::identity identity() const;

  const common_options& options_;
  tool::endpoint broker_;
  std::string topic_;
  std::uint32_t id_;
  event_loop loop_;
  meter cost_;
};

/// Adds `<name>_p50_us` and so on.
void add_quantiles(report& out, const std::string& name,
                   const class histogram& nanoseconds,
                   std::initializer_list<double> fractions);

} // namespace cafq::bench
