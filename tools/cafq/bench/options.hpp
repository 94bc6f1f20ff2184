#pragma once

#include "tools/cafq/bench/clock.hpp"
#include "tools/cafq/endpoint.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

namespace cafq::bench {

/// What every bench is told.
struct common_options {
  std::string address = tool::default_address;
  std::string topic;
  std::size_t size = 200;
  double duration_s = 5;
  double warmup_s = 0.5;
  /// How long nothing may arrive before what is missing counts as lost.
  double timeout_s = 10;
  pid_t broker_pid = 0;
  std::optional<std::uint64_t> output_buffer_timeout_ms;
  /// Never sleep: this process is then not late by the time to wake up.
  bool spin = false;
  bool json = false;
};

/// `cafq bench pub` and `pubsub`: as much as the windows allow.
struct throughput_options : common_options {
  std::optional<std::uint64_t> messages;
  std::size_t connections = 1;
  std::size_t batch = 1;
  std::size_t outstanding = 1;
  /// Messages per second; 0 is as fast as possible.
  double rate = 0;
  /// Zero channels: nobody listens.
  std::size_t channels = 0;
  std::size_t consumers = 1;
  std::uint64_t rdy = 2500;
  bool drain = false;
};

/// `cafq bench latency`: messages at fixed times, whatever the broker does.
struct latency_options : common_options {
  double rate = 100;
  std::uint64_t rdy = 100;
};

} // namespace cafq::bench
