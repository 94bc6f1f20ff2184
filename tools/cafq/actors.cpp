#include "tools/cafq/actor_tree.hpp"
#include "tools/cafq/http_client.hpp"
#include "tools/cafq/operate.hpp"
#include "tools/cafq/order_option.hpp"

#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>

namespace cafq::tool {

namespace {

struct actors_options {
  std::string address = default_http_address;
  std::string kind;
  actor_order order = actor_order::name;
  std::optional<double> watch;
  bool json = false;
  bool dot = false;
};

void show(const actors_options& x) {
  if (x.dot) {
    std::cout << http_fetch(x.address, "GET", "/debug/actors?format=dot");
    return;
  }
  const auto answer = http_fetch(x.address, "GET", "/debug/actors");
  if (x.json)
    std::cout << answer << '\n';
  else
    std::cout << draw_actors(parse_actors(answer), x.order, x.kind);
}

void run(const actors_options& x) {
  show(x);
  while (x.watch) {
    std::cout.flush();
    std::this_thread::sleep_for(std::chrono::duration<double>{*x.watch});
    std::cout << "\x1b[H\x1b[2J";
    show(x);
  }
}

} // namespace

void add_actors(CLI::App& app) {
  auto x = std::make_shared<actors_options>();
  auto* sub = app.add_subcommand("actors", "Show the actors of a cafqd");
  sub->add_option("--http-address", x->address, "Broker")
    ->capture_default_str();
  sub->add_option("--kind", x->kind,
                  "Only these: node, topic, channel, listener, connection, "
                  "http, store, discovery, lookup_peer, fetcher, authorizer, "
                  "handshaker, collector, statsd");
  const std::map<std::string, actor_order> orders{
    {"name", actor_order::name}, {"mailbox", actor_order::mailbox}};
  add_order(*sub, x->order, orders);
  sub->add_option("--watch", x->watch, "Show again every this many seconds")
    ->check(CLI::Range(0.1, 86400.0));
  sub->add_flag("--json", x->json, "Print the broker's JSON");
  sub->add_flag("--dot", x->dot, "Print a graph for Graphviz");
  sub->callback([x] { run(*x); });
}

} // namespace cafq::tool
