#include "net/http/lookup_api.hpp"

#include "config/version.hpp"
#include "net/http/parameters.hpp"

#include <utility>

namespace cafq::http {

namespace {

using kind = lookup::request::kind;

/// Of what a request names, what has to be there.
struct wants {
  bool channel = false;
  bool node = false;
  /// Whether names have to be good; else a bad one is one that nobody has.
  bool valid = false;
};

effect to_registry(kind what, const request& x, const wants& need) {
  const auto parameters = query::parse(x.query);
  if (!parameters)
    return invalid_request();
  lookup::request result;
  result.what = what;
  if (auto bad = read_name(*parameters, "topic", "MISSING_ARG_TOPIC",
                           need.valid ? "INVALID_ARG_TOPIC" : "", result.topic))
    return std::move(*bad);
  if (need.channel)
    if (auto bad = read_name(*parameters, "channel", "MISSING_ARG_CHANNEL",
                             "INVALID_ARG_CHANNEL", result.channel))
      return std::move(*bad);
  if (need.node)
    if (auto bad = read_name(*parameters, "node", "MISSING_ARG_NODE", "",
                             result.node))
      return std::move(*bad);
  return result;
}

/// Of those nothing else is asked.
effect to_registry(kind what) {
  lookup::request result;
  result.what = what;
  return result;
}

effect info_of_lookupd() {
  std::string json = R"({"version":")";
  json += config::nsqd_version();
  return json_ok(json += R"("})");
}

} // namespace

effect to_lookup_effect(const route& to, const request& x) {
  switch (to.target) {
    case endpoint::info:
      return info_of_lookupd();
    case endpoint::debug:
      return to_registry(kind::debug);
    case endpoint::topics:
      return to_registry(kind::topics);
    case endpoint::nodes:
      return to_registry(kind::nodes);
    case endpoint::lookup:
      return to_registry(kind::lookup, x, {});
    case endpoint::channels:
      return to_registry(kind::channels, x, {});
    case endpoint::topic_create:
      return to_registry(kind::create_topic, x, {.valid = true});
    case endpoint::topic_delete:
      return to_registry(kind::erase_topic, x, {});
    case endpoint::topic_tombstone:
      return to_registry(kind::tombstone, x, {.node = true});
    case endpoint::channel_create:
      return to_registry(kind::create_channel, x,
                         {.channel = true, .valid = true});
    case endpoint::channel_delete:
      return to_registry(kind::erase_channel, x,
                         {.channel = true, .valid = true});
    case endpoint::actors:
      return to_actors(x);
    case endpoint::metrics:
      return to_metrics();
    case endpoint::ping:
    case endpoint::live:
    case endpoint::ready:
      return node_command{to.target};
    default:
      // Only a node has the others.
      return failure(404, "NOT_FOUND");
  }
}

} // namespace cafq::http
