#include "net/http/url.hpp"
#include "tools/cafq/http_client.hpp"
#include "tools/cafq/operate.hpp"

#include <array>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

namespace cafq::tool {

namespace {

struct target_options {
  std::string address = default_http_address;
  std::string topic;
  std::string channel;
  bool json = false;
};

using verb = std::pair<const char*, const char*>;

constexpr std::array topic_verbs{
  verb{"create", "Create a topic; fine if it is there"},
  verb{"delete", "Delete a topic, its channels and all their messages"},
  verb{"empty", "Discard the messages the topic itself holds"},
  verb{"pause", "Hold messages in the topic"},
  verb{"unpause", "Let messages go on to the channels"},
};

constexpr std::array channel_verbs{
  verb{"create", "Create a channel; fine if it is there"},
  verb{"delete", "Delete a channel and its messages"},
  verb{"empty", "Discard the messages of the channel"},
  verb{"pause", "Stop deliveries"},
  verb{"unpause", "Go on with deliveries"},
};

void run(const target_options& x, const std::string& path) {
  auto target = path + "?topic=" + cafq::http::encode_query(x.topic);
  if (!x.channel.empty())
    target += "&channel=" + cafq::http::encode_query(x.channel);
  // Fails unless it is done; there is nothing to tell then.
  static_cast<void>(http_fetch(x.address, "POST", target));
  if (x.json)
    std::cout << "{\"ok\":true}\n";
}

void add(CLI::App& to, const verb& what, std::string_view of, bool channel) {
  auto x = std::make_shared<target_options>();
  auto* sub = to.add_subcommand(what.first, what.second);
  sub->add_option("--http-address", x->address, "Broker")
    ->capture_default_str();
  sub->add_flag("--json", x->json, "Answer in JSON");
  sub->add_option("topic", x->topic, "Topic")->required();
  if (channel)
    sub->add_option("channel", x->channel, "Channel")->required();
  auto path = "/" + std::string{of} + "/" + what.first;
  sub->callback([x, path = std::move(path)] { run(*x, path); });
}

} // namespace

void add_topic_and_channel(CLI::App& app) {
  auto* topic = app.add_subcommand("topic", "Create or change a topic");
  topic->require_subcommand(1);
  for (const auto& x : topic_verbs)
    add(*topic, x, "topic", false);
  auto* channel = app.add_subcommand("channel", "Create or change a channel");
  channel->require_subcommand(1);
  for (const auto& x : channel_verbs)
    add(*channel, x, "channel", true);
}

} // namespace cafq::tool
