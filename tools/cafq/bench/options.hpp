#pragma once

#include "tools/cafq/bench/consumer.hpp"
#include "tools/cafq/endpoint.hpp"
#include "tools/cafq/http_client.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

namespace cafq::bench {

/// What every bench is told.
struct common_options {
  std::string address = tool::default_address;
  std::string topic;
  std::size_t topics = 1;
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

/// Who publishes, and how.
struct publish_options {
  std::optional<std::uint64_t> messages;
  std::size_t connections = 1;
  std::size_t batch = 1;
  std::size_t outstanding = 1;
  /// Messages per second; 0 is as fast as possible.
  double rate = 0;
  /// /pub and /mpub instead of PUB and MPUB.
  bool http = false;
};

/// Who consumes, and how.
struct consume_options {
  /// Zero channels: nobody listens.
  std::size_t channels = 0;
  /// The only channel's name; without, bench0 and so on.
  std::string channel;
  /// Connections per channel of each topic.
  std::size_t consumers = 1;
  std::uint64_t rdy = 2500;
  finish_options finish;
};

/// `cafq bench pub`, `pubsub` and `http`: as much as the windows allow.
struct throughput_options : common_options {
  publish_options publish;
  consume_options consume;
};

/// `cafq bench sub`: what is there, or what is published first.
struct sub_options : common_options {
  /// With a number of messages to publish beforehand; without, none.
  publish_options publish;
  consume_options consume;
  /// Stop after so many deliveries; without, after the time.
  std::optional<std::uint64_t> messages;
};

/// `cafq bench latency`: messages at fixed times, whatever the broker does.
struct latency_options : common_options {
  double rate = 100;
  std::uint64_t rdy = 100;
};

/// `cafq bench connections`: clients that do little or nothing.
struct connections_options : common_options {
  std::size_t connections = 1000;
  /// Whether they only connect.
  bool unsubscribed = false;
  /// Messages per second that all of them publish in turn.
  double rate = 0;
};

} // namespace cafq::bench
