#include "tools/cafq/tail.hpp"

#include "tools/cafq/connection.hpp"
#include "tools/cafq/random_name.hpp"
#include "tools/cafq/stop_signal.hpp"

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <limits>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

namespace cafq::tool {

namespace {

// nsq_tail's --max-in-flight
constexpr std::uint64_t max_in_flight = 200;

struct tail_options {
  std::string address = default_address;
  std::string topic;
  std::string channel = random_name("tail") + "#ephemeral";
  std::uint64_t count = std::numeric_limits<std::uint64_t>::max();
  bool print_topic = false;
};

class tail {
public:
  explicit tail(const tail_options& options)
    : options_(options), broker_(parse_endpoint(options.address), {}) {
    broker_.subscribe(options_.topic, options_.channel);
    set_ready(std::min(options_.count, max_in_flight));
    broker_.send(answer_);
  }

  void run() {
    const stop_signal stop;
    while (left() > 0 && stop.wait_readable(broker_.fd())) {
      broker_.fill();
      handle_input();
    }
  }

private:
  [[nodiscard]] std::uint64_t left() const noexcept {
    return options_.count - printed_;
  }

  void set_ready(std::uint64_t count) {
    ready_ = count;
    append_rdy(answer_, ready_);
  }

  void handle_input() {
    answer_.clear();
    finished_.clear();
    while (const auto next = broker_.input().next())
      handle(*next);
    // Finished only after it is out, and RDY first: the broker then sends no
    // more than what is wanted.
    std::cout.flush();
    if (left() < ready_)
      set_ready(left());
    broker_.send(answer_ += finished_);
  }

  void handle(const frame& input) {
    throw_if_error(input);
    if (input.is_heartbeat())
      answer_ += nop;
    if (input.type != frame_type::message || left() == 0)
      return;
    const auto message = parse_message(input.data);
    if (options_.print_topic)
      std::cout << options_.topic << " | ";
    std::cout << message.body << '\n';
    append_fin(finished_, message.id);
    ++printed_;
  }

  const tail_options& options_;
  connection broker_;
  std::string answer_;
  std::string finished_;
  std::uint64_t ready_ = 0;
  std::uint64_t printed_ = 0;
};

} // namespace

void add_tail(CLI::App& app) {
  auto options = std::make_shared<tail_options>();
  auto* sub = app.add_subcommand("tail", "Print the messages of a topic");
  sub->add_option("--topic,-t", options->topic, "Topic to read")->required();
  sub->add_option("--channel,-c", options->channel,
                  "Channel; by default one that goes away with this command");
  sub->add_option("--nsqd-tcp-address", options->address, "Broker")
    ->capture_default_str();
  sub->add_option("-n", options->count, "End after this many messages");
  sub->add_flag("--print-topic", options->print_topic,
                "Put the topic in front of each message");
  sub->callback([options] { tail{*options}.run(); });
}

} // namespace cafq::tool
