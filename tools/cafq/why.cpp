#include "config/printable.hpp"
#include "net/http/url.hpp"
#include "tools/cafq/advice.hpp"
#include "tools/cafq/error.hpp"
#include "tools/cafq/http_client.hpp"
#include "tools/cafq/operate.hpp"

#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

namespace cafq::tool {

namespace {

struct why_options {
  std::string address = default_http_address;
  std::string topic;
  std::string channel;
  bool json = false;
};

/// Says what an error of the broker means for whoever asks why.
std::string meaning(const std::string& word, const why_options& x) {
  if (word == "TOPIC_NOT_FOUND")
    return "there is no topic " + x.topic;
  if (word == "CHANNEL_NOT_FOUND")
    return "topic " + x.topic + " has no channel " + x.channel;
  if (word == "NOT_FOUND")
    return "the broker at " + x.address
           + " cannot say why: it is nsqd, or an older cafqd";
  if (word == "FORBIDDEN")
    return "the broker does not know itself as " + x.address
           + ": use its IP address, or name it in --http-allowed-hosts";
  return "the broker answered " + word;
}

void run(const why_options& x) {
  auto target = "/debug/why?topic=" + cafq::http::encode_query(x.topic);
  if (!x.channel.empty())
    target += "&channel=" + cafq::http::encode_query(x.channel);
  if (!x.json)
    target += "&format=text";
  const auto reply = http_request(parse_endpoint(x.address), "GET", target);
  if (reply.status != 200)
    throw error(meaning(reason(reply), x));
  // The broker may be one that lets through what clients say of themselves.
  if (x.json)
    std::cout << printable(reply.body, shown_as::json) << '\n';
  else
    std::cout << with_address(printable(reply.body, shown_as::lines),
                              x.address);
}

} // namespace

void add_why(CLI::App& app) {
  auto x = std::make_shared<why_options>();
  auto* sub = app.add_subcommand(
    "why", "Say why a topic does not move, or that it does");
  sub->add_option("--http-address", x->address, "Broker")
    ->capture_default_str();
  sub->add_flag("--json", x->json, "Print the broker's JSON");
  sub->add_option("topic", x->topic, "Topic")->required();
  sub->add_option("channel", x->channel, "Only this channel");
  sub->callback([x] { run(*x); });
}

} // namespace cafq::tool
