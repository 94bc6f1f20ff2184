#pragma once

#include "tools/cafq/bench/event_loop.hpp"
#include "tools/cafq/bench/meter.hpp"
#include "tools/cafq/bench/options.hpp"
#include "tools/cafq/bench/report.hpp"
#include "tools/cafq/connection.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace cafq::bench {

/// What the runs of all benches have in common.
class bench_run {
public:
  explicit bench_run(const common_options& options);

  /// @param buffer Bytes to read at once.
  [[nodiscard]] tool::connection
  open_connection(std::size_t buffer
                  = tool::frame_reader::default_capacity) const;

  [[nodiscard]] tool::connection
  open_consumer(const std::string& topic, const std::string& channel) const;

  /// Polls until this time.
  void poll_until(time_point end);

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

  [[nodiscard]] const tool::endpoint& broker() const noexcept {
    return broker_;
  }

  [[nodiscard]] const std::vector<std::string>& topics() const noexcept {
    return topics_;
  }

  [[nodiscard]] std::size_t body_size() const noexcept {
    return options_.size;
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
  std::vector<std::string> topics_;
  std::uint32_t id_;
  event_loop loop_;
  meter cost_;
};

/// Adds `<name>_p50_us` and so on.
void add_quantiles(report& out, const std::string& name,
                   const class histogram& nanoseconds,
                   std::initializer_list<double> fractions);

} // namespace cafq::bench
