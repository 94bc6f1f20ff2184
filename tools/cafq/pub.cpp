#include "tools/cafq/pub.hpp"

#include "tools/cafq/connection.hpp"

#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace cafq::tool {

namespace {

struct pub_options {
  std::string address = default_address;
  std::string topic;
  std::optional<std::int64_t> defer_ms;
  std::vector<std::string> messages;
};

/// Publishes one message at a time, so an error belongs to a known message.
class publisher {
public:
  explicit publisher(const pub_options& options)
    : options_(options),
      // Nobody reads while stdin is awaited, so nobody could answer.
      broker_(parse_endpoint(options.address),
              {.heartbeat_interval = std::chrono::milliseconds{-1},
               .output_buffer_timeout = {}}) {
    // nop
  }

  void publish(const std::string& body) {
    command_.clear();
    if (options_.defer_ms)
      append_dpub(command_, options_.topic,
                  std::chrono::milliseconds{*options_.defer_ms}, body);
    else
      append_pub(command_, options_.topic, body);
    broker_.request(command_);
    ++published_;
  }

  [[nodiscard]] std::uint64_t published() const noexcept {
    return published_;
  }

private:
  const pub_options& options_;
  connection broker_;
  std::string command_;
  std::uint64_t published_ = 0;
};

void run(const pub_options& options) {
  publisher to{options};
  for (const auto& body : options.messages)
    to.publish(body);
  if (options.messages.empty())
    for (std::string line; std::getline(std::cin, line);)
      if (!line.empty()) // as to_nsq: there is no empty message
        to.publish(line);
  std::cerr << "published " << to.published() << " to " << options.topic
            << '\n';
}

} // namespace

void add_pub(CLI::App& app) {
  auto options = std::make_shared<pub_options>();
  auto* sub = app.add_subcommand(
    "pub", "Publish each argument, or each line of standard input");
  sub->add_option("--topic,-t", options->topic, "Topic to publish to")
    ->required();
  sub->add_option("--nsqd-tcp-address", options->address, "Broker")
    ->capture_default_str();
  sub->add_option("--defer", options->defer_ms, "Deliver after this many ms");
  sub->add_option("message", options->messages,
                  "Message bodies; without any, one per line of stdin");
  sub->callback([options] { run(*options); });
}

} // namespace cafq::tool
