#include "tools/cafq/bench/bench.hpp"

#include "tools/cafq/bench/body_header.hpp"
#include "tools/cafq/bench/latency.hpp"
#include "tools/cafq/bench/options.hpp"
#include "tools/cafq/bench/report.hpp"
#include "tools/cafq/bench/throughput.hpp"
#include "tools/cafq/error.hpp"

#include <iostream>
#include <map>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

namespace cafq::bench {

namespace {

const CLI::Validator positive{[](const std::string& text) {
                                double value = 0;
                                if (CLI::detail::lexical_cast(text, value)
                                    && value > 0)
                                  return std::string{};
                                return std::string{"must be more than 0"};
                              },
                              "> 0"};

/// `5s`, `300ms`, `1m`, or seconds without a unit.
CLI::Option* add_time(CLI::App& app, const std::string& name, double& seconds,
                      const std::string& help) {
  static const std::map<std::string, double> units{
    {"ms", 0.001}, {"s", 1.0}, {"m", 60.0}};
  return app.add_option(name, seconds, help)
    ->transform(
      CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::DEFAULT, "TIME"))
    ->capture_default_str();
}

void add_common(CLI::App& app, common_options& options) {
  app.add_option("--address,--nsqd-tcp-address", options.address, "Broker")
    ->capture_default_str();
  app.add_option("--topic,-t", options.topic,
                 "Topic; by default a new one for each run");
  app
    .add_option("--size", options.size,
                "Bytes of a body; at least 16 to check what arrives")
    ->check(positive)
    ->capture_default_str();
  add_time(app, "--duration", options.duration_s, "How long to measure");
  add_time(app, "--timeout", options.timeout_s,
           "Give up when nothing came for this long");
  app.add_option("--broker-pid", options.broker_pid,
                 "Also report what the run costs this process");
  app.add_option("--output-buffer-timeout", options.output_buffer_timeout_ms,
                 "Ask the broker for this many ms; by default for nothing");
  app.add_flag("--spin", options.spin,
               "Keep a core busy instead of sleeping between events");
  app.add_flag("--json", options.json, "Print one JSON object");
}

void add_publishing(CLI::App& app, throughput_options& options) {
  app.add_option("--messages", options.messages,
                 "Publish this many, in whole batches, instead of --duration");
  app
    .add_option("--connections", options.connections, "Publishing connections")
    ->check(positive)
    ->capture_default_str();
  app
    .add_option("--batch", options.batch,
                "Messages per command: 1 is PUB, more is MPUB")
    ->check(positive)
    ->capture_default_str();
  app
    .add_option("--outstanding", options.outstanding,
                "Unanswered commands per connection")
    ->check(positive)
    ->capture_default_str();
  app
    .add_option("--rate", options.rate,
                "Messages per second; 0 is as fast as possible")
    ->check(CLI::NonNegativeNumber)
    ->capture_default_str();
}

void print(const outcome& result, const common_options& options) {
  if (options.json)
    result.results.print_json(std::cout);
  else
    result.results.print_table(std::cout);
  if (result.missing > 0)
    throw tool::error(std::to_string(result.missing)
                      + " deliveries did not arrive");
}

/// @returns the options, which live as long as the subcommand.
std::shared_ptr<throughput_options> add_throughput(CLI::App& app) {
  auto options = std::make_shared<throughput_options>();
  add_common(app, *options);
  add_publishing(app, *options);
  // Whoever counts messages wants exactly these.
  auto* warmup = add_time(app, "--warmup", options->warmup_s,
                          "Load before measuring; none with --messages");
  app.callback([options, warmup] {
    if (options->messages && warmup->count() == 0)
      options->warmup_s = 0;
    print(run_throughput(*options), *options);
  });
  return options;
}

void add_pub(CLI::App& bench) {
  auto& app = *bench.add_subcommand(
    "pub", "Publish to a topic nobody reads; the broker keeps the messages");
  auto options = add_throughput(app);
  app.add_flag("--drain", options->drain,
               "Afterwards, read what was published (channel `drain`)");
}

void add_pubsub(CLI::App& bench) {
  auto& app = *bench.add_subcommand(
    "pubsub", "Publish, and read everything from one or more channels");
  auto options = add_throughput(app);
  options->channels = 1;
  app.add_option("--channels", options->channels, "Channels, bench0 and so on")
    ->check(positive)
    ->capture_default_str();
  app.add_option("--consumers", options->consumers, "Connections per channel")
    ->check(positive)
    ->capture_default_str();
  app.add_option("--rdy", options->rdy, "Messages in flight per consumer")
    ->check(positive)
    ->capture_default_str();
}

void add_latency(CLI::App& bench) {
  auto& app = *bench.add_subcommand(
    "latency", "Publish at fixed times and measure until delivery");
  auto options = std::make_shared<latency_options>();
  add_common(app, *options);
  add_time(app, "--warmup", options->warmup_s, "Load before measuring");
  app.add_option("--rate", options->rate, "Messages per second")
    ->check(positive)
    ->capture_default_str();
  app.add_option("--rdy", options->rdy, "Messages in flight")
    ->check(positive)
    ->capture_default_str();
  app.callback([options] {
    if (options->size < body_header::size)
      throw CLI::ValidationError("--size", "must be at least 16 here");
    print(run_latency(*options), *options);
  });
}

} // namespace

void add_bench(CLI::App& app) {
  auto& bench = *app.add_subcommand("bench", "Measure a broker");
  bench.require_subcommand(1);
  add_pub(bench);
  add_pubsub(bench);
  add_latency(bench);
}

} // namespace cafq::bench
