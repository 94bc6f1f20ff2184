#include "config/printable.hpp"
#include "net/http/url.hpp"
#include "tools/cafq/error.hpp"
#include "tools/cafq/http_client.hpp"
#include "tools/cafq/operate.hpp"

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/chrono.h>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace cafq::tool {

namespace {

using json = nlohmann::json;

/// Messages to ask for at a time.
constexpr std::size_t most_at_a_time = 1000;

struct peek_options {
  std::string address = default_http_address;
  std::string topic;
  std::string channel;
  std::string state = "ready";
  std::string contains;
  std::string after;
  std::string id;
  std::size_t most = 100;
  std::size_t bytes = 256;
  bool json = false;
};

/// Says what an error of the broker means for whoever wants to see messages.
std::string meaning(const std::string& word, const peek_options& x) {
  if (word == "TOPIC_NOT_FOUND")
    return "there is no topic " + x.topic;
  if (word == "CHANNEL_NOT_FOUND")
    return "topic " + x.topic + " has no channel " + x.channel;
  if (word == "MESSAGE_NOT_FOUND")
    return "there is no message " + x.id;
  if (word == "NOT_FOUND")
    return "the broker at " + x.address
           + " cannot show messages: it is nsqd, or an older cafqd";
  if (word == "FORBIDDEN")
    return "the broker does not know itself as " + x.address
           + ": use its IP address, or name it in --http-allowed-hosts";
  return "the broker answered " + word;
}

std::string queue_of(const peek_options& x) {
  auto result = "topic=" + cafq::http::encode_query(x.topic);
  if (!x.channel.empty())
    result += "&channel=" + cafq::http::encode_query(x.channel);
  return result + fmt::format("&bytes={}", x.bytes);
}

json ask(const peek_options& x, const std::string& target) {
  const auto reply = http_request(parse_endpoint(x.address), "GET", target);
  if (reply.status != 200)
    throw error(meaning(reason(reply), x));
  auto result = json::parse(reply.body, nullptr, false);
  if (result.is_discarded() || !result.contains("messages"))
    throw error("the broker's answer is no list of messages");
  return result;
}

/// Returns a time in ns since the Unix epoch as UTC.
std::string to_time(std::int64_t ns) {
  constexpr std::int64_t second = 1'000'000'000;
  constexpr std::int64_t millisecond = 1'000'000;
  return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:03}",
                     fmt::gmtime(static_cast<std::time_t>(ns / second)),
                     ns % second / millisecond);
}

/// What is to come: who has it, or when it is due.
std::string fate(const json& x) {
  if (x.contains("due"))
    return ", due " + to_time(x["due"]);
  if (x.contains("deadline"))
    return ", with " + x.value("consumer", "") + " until "
           + to_time(x["deadline"]);
  return {};
}

void print(const json& x) {
  const auto body = x.contains("body_base64")
                      ? "base64 " + x.value("body_base64", "")
                      : x.value("body", "(its body is damaged)");
  const auto line
    = fmt::format("{} {} attempts {}, {} bytes{}: {}{}", x.value("id", ""),
                  to_time(x.value("timestamp", std::int64_t{0})),
                  x.value("attempts", 0), x.value("size", std::size_t{0}),
                  fate(x), body, x.value("truncated", false) ? "..." : "");
  std::cout << printable(line) << '\n';
}

void show(const peek_options& x, const json& list) {
  for (const auto& message : list)
    if (x.json)
      std::cout << printable(message.dump(), shown_as::json) << '\n';
    else
      print(message);
}

void run(const peek_options& x) {
  if (!x.id.empty()) {
    const auto found = ask(x, "/message/get?" + queue_of(x)
                                + "&id=" + cafq::http::encode_query(x.id));
    show(x, found["messages"]);
    return;
  }
  auto place = x.after;
  for (auto left = x.most; left > 0;) {
    auto target = "/message/list?" + queue_of(x) + "&state=" + x.state
                  + fmt::format("&limit={}", std::min(left, most_at_a_time));
    if (!x.contains.empty())
      target += "&contains=" + cafq::http::encode_query(x.contains);
    if (!place.empty())
      target += "&after=" + cafq::http::encode_query(place);
    const auto found = ask(x, target);
    const auto& list = found["messages"];
    show(x, list);
    left -= std::min(left, list.size());
    const auto before = std::exchange(place, found.value("next", ""));
    if (place.empty())
      return;
    if (place == before)
      throw error("the broker's answer leads to itself");
  }
  std::cerr << "there are more: --after=" << printable(place) << '\n';
}

} // namespace

void add_peek(CLI::App& app) {
  auto x = std::make_shared<peek_options>();
  auto* sub = app.add_subcommand("peek",
                                 "Look at messages without taking them");
  sub->add_option("--http-address", x->address, "Broker")
    ->capture_default_str();
  sub
    ->add_option("--state", x->state,
                 "Those that are ready, in_flight or deferred")
    ->check(CLI::IsMember({"ready", "in_flight", "deferred"}))
    ->capture_default_str();
  sub->add_option("--contains", x->contains,
                  "Only those with this text in their bodies");
  sub->add_option("--limit", x->most, "How many to show at most")
    ->capture_default_str();
  sub->add_option("--after", x->after, "Go on where another look has ended");
  sub->add_option("--id", x->id, "Only the message with this id");
  sub->add_option("--bytes", x->bytes, "Bytes of each body to show")
    ->capture_default_str();
  sub->add_flag("--json", x->json, "Print a JSON object per line");
  sub->add_option("topic", x->topic, "Topic")->required();
  sub->add_option("channel", x->channel,
                  "Channel; without, what the topic itself holds");
  sub->callback([x] { run(*x); });
}

} // namespace cafq::tool
