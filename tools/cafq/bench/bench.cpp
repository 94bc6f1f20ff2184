#include "tools/cafq/bench/bench.hpp"

#include "tools/cafq/bench/body_header.hpp"
#include "tools/cafq/bench/connections.hpp"
#include "tools/cafq/bench/latency.hpp"
#include "tools/cafq/bench/options.hpp"
#include "tools/cafq/bench/report.hpp"
#include "tools/cafq/bench/sub.hpp"
#include "tools/cafq/bench/throughput.hpp"
#include "tools/cafq/error.hpp"

#include <chrono>
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
CLI::AsNumberWithUnit time_units() {
  static const std::map<std::string, double> units{
    {"ms", 0.001}, {"s", 1.0}, {"m", 60.0}};
  return CLI::AsNumberWithUnit{units, CLI::AsNumberWithUnit::DEFAULT, "TIME"};
}

CLI::Option* add_time(CLI::App& app, const std::string& name, double& seconds,
                      const std::string& help) {
  return app.add_option(name, seconds, help)
    ->transform(time_units())
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
  app.add_option("--pid,--broker-pid", options.broker_pid,
                 "Also report what the run costs this process, the broker's");
  app.add_option("--output-buffer-timeout", options.output_buffer_timeout_ms,
                 "Ask the broker for this many ms; by default for nothing");
  app.add_flag("--spin", options.spin,
               "Keep a core busy instead of sleeping between events");
  app.add_flag("--json", options.json, "Print one JSON object");
}

void add_warmup(CLI::App& app, common_options& options) {
  add_time(app, "--warmup", options.warmup_s, "Load before measuring");
}

void add_topics(CLI::App& app, common_options& options) {
  app
    .add_option("--topics", options.topics,
                "Publish to so many topics in turn, --topic with _0 and so on")
    ->check(positive)
    ->capture_default_str();
}

void add_publishing(CLI::App& app, publish_options& options) {
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
}

void add_consuming(CLI::App& app, consume_options& options) {
  options.channels = 1;
  app.add_option("--channels", options.channels, "Channels, bench0 and so on")
    ->check(positive)
    ->capture_default_str();
  app.add_option("--consumers", options.consumers, "Connections per channel")
    ->check(positive)
    ->capture_default_str();
  app.add_option("--rdy", options.rdy, "Messages in flight per consumer")
    ->check(positive)
    ->capture_default_str();
  auto& finish = options.finish;
  auto* none = app.add_flag("--no-finish", finish.none,
                            "Leave what was delivered in flight");
  app
    .add_option("--requeue", finish.requeue_share,
                "Part of the deliveries to requeue, 0.1 is every tenth")
    ->check(CLI::Range(0.0, 0.99))
    ->excludes(none)
    ->capture_default_str();
  app
    .add_option_function<double>(
      "--requeue-delay",
      [&finish](double seconds) {
        finish.requeue_delay = std::chrono::milliseconds{
          static_cast<std::chrono::milliseconds::rep>(seconds * 1000)};
      },
      "How long to defer what is requeued; 0 is not at all")
    ->transform(time_units());
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
  add_topics(app, *options);
  add_publishing(app, options->publish);
  app
    .add_option("--rate", options->publish.rate,
                "Messages per second; 0 is as fast as possible")
    ->check(CLI::NonNegativeNumber)
    ->capture_default_str();
  app.add_option("--messages", options->publish.messages,
                 "Publish this many, in whole batches, instead of --duration");
  // Whoever counts messages wants exactly these.
  auto* warmup = add_time(app, "--warmup", options->warmup_s,
                          "Load before measuring; none with --messages");
  app.callback([options, warmup] {
    if (options->publish.messages && warmup->count() == 0)
      options->warmup_s = 0;
    print(run_throughput(*options), *options);
  });
  return options;
}

void add_pub(CLI::App& bench) {
  add_throughput(*bench.add_subcommand(
    "pub", "Publish to a topic nobody reads; the broker keeps the messages"));
}

void add_http(CLI::App& bench) {
  auto& app = *bench.add_subcommand(
    "http", "Publish with POST /pub or /mpub over kept connections");
  auto options = add_throughput(app);
  options->publish.http = true;
  options->address = tool::default_http_address;
  app.get_option("--address")->default_str(options->address);
}

void add_pubsub(CLI::App& bench) {
  auto& app = *bench.add_subcommand(
    "pubsub", "Publish, and read everything from one or more channels");
  add_consuming(app, add_throughput(app)->consume);
}

void add_sub(CLI::App& bench) {
  auto& app = *bench.add_subcommand(
    "sub", "Read what waits in a topic, or what is published first");
  auto options = std::make_shared<sub_options>();
  add_common(app, *options);
  add_topics(app, *options);
  add_warmup(app, *options);
  add_consuming(app, options->consume);
  app
    .add_option("--channel,-c", options->consume.channel,
                "Read this channel instead of bench0")
    ->excludes(app.get_option("--channels"));
  auto* publish = app.add_option(
    "--publish", options->publish.messages,
    "Publish this many before anybody is ready, then read them all");
  app
    .add_option("--messages", options->messages,
                "Stop after this many deliveries instead of --duration")
    ->excludes(publish);
  options->publish.batch = 200;
  add_publishing(app, options->publish);
  app.callback([options] {
    // Nobody else's topic is a new one.
    if (options->topic.empty() && !options->publish.messages)
      throw CLI::RequiredError("--topic or --publish");
    print(run_sub(*options), *options);
  });
}

void add_latency(CLI::App& bench) {
  auto& app = *bench.add_subcommand(
    "latency", "Publish at fixed times and measure until delivery");
  auto options = std::make_shared<latency_options>();
  add_common(app, *options);
  add_warmup(app, *options);
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

void add_connections(CLI::App& bench) {
  auto& app = *bench.add_subcommand(
    "connections", "Keep many clients that do little or nothing");
  auto options = std::make_shared<connections_options>();
  add_common(app, *options);
  app.add_option("--connections", options->connections, "Clients")
    ->check(positive)
    ->capture_default_str();
  app.add_flag("--unsubscribed", options->unsubscribed,
               "Only connect; by default all read one channel");
  app
    .add_option("--rate", options->rate,
                "Messages per second that the clients publish in turn")
    ->check(CLI::NonNegativeNumber)
    ->capture_default_str();
  app.callback([options] { print(run_connections(*options), *options); });
}

} // namespace

void add_bench(CLI::App& app) {
  auto& bench = *app.add_subcommand("bench", "Measure a broker");
  bench.require_subcommand(1);
  bench.footer("Exit status: 0 when all went well; 1 when the broker refused "
               "something, went\naway or did not deliver all; 2 for a wrong "
               "command line.");
  add_pub(bench);
  add_sub(bench);
  add_pubsub(bench);
  add_latency(bench);
  add_connections(bench);
  add_http(bench);
}

} // namespace cafq::bench
