#include "config/printable.hpp"
#include "net/http/url.hpp"
#include "tools/cafq/http_client.hpp"
#include "tools/cafq/operate.hpp"

#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

namespace cafq::tool {

namespace {

struct stats_options {
  std::string address = default_http_address;
  std::string topic;
  std::string channel;
  bool no_clients = false;
  bool json = false;
};

void run(const stats_options& x) {
  std::string target = "/stats?include_mem=false";
  if (x.json)
    target = "/stats?format=json";
  if (!x.topic.empty())
    target += "&topic=" + cafq::http::encode_query(x.topic);
  if (!x.channel.empty())
    target += "&channel=" + cafq::http::encode_query(x.channel);
  if (x.no_clients)
    target += "&include_clients=false";
  const auto text = http_fetch(x.address, "GET", target);
  // The broker may be one that lets through what clients say of themselves.
  std::cout << printable(text, x.json ? shown_as::json : shown_as::lines);
  if (x.json)
    std::cout << '\n';
}

} // namespace

void add_stats(CLI::App& app) {
  auto x = std::make_shared<stats_options>();
  auto* sub = app.add_subcommand("stats", "Show topics, channels and clients");
  sub->add_option("--http-address", x->address, "Broker")
    ->capture_default_str();
  sub->add_option("--topic,-t", x->topic, "Only this topic");
  sub->add_option("--channel,-c", x->channel, "Only this channel");
  sub->add_flag("--no-clients", x->no_clients, "Leave out the clients");
  sub->add_flag("--json", x->json, "Print the broker's JSON");
  sub->callback([x] { run(*x); });
}

} // namespace cafq::tool
