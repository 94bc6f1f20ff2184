#include "actors/reports/stats_clients.hpp"
#include "actors/reports/stats_latency.hpp"
#include "actors/reports/stats_memory.hpp"
#include "actors/reports/stats_render.hpp"
#include "config/version.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace cafq {

namespace {

using json = nlohmann::ordered_json;

/// What nsqd calls a figure.
template <class Figures>
struct stats_field {
  std::string_view key;
  uint64_t Figures::*value;
};

constexpr stats_field<topic_figures> topic_fields[] = {
  {"depth", &topic_figures::depth},
  {"backend_depth", &topic_figures::backend_depth},
  {"message_count", &topic_figures::messages},
  {"message_bytes", &topic_figures::bytes},
};

constexpr stats_field<channel_figures> channel_fields[] = {
  {"depth", &channel_figures::depth},
  {"backend_depth", &channel_figures::backend_depth},
  {"in_flight_count", &channel_figures::in_flight},
  {"deferred_count", &channel_figures::deferred},
  {"message_count", &channel_figures::messages},
  {"requeue_count", &channel_figures::requeued},
  {"timeout_count", &channel_figures::timed_out},
  {"client_count", &channel_figures::consumers},
};

/// Writes JSON as Go does: safe to stand in HTML. The characters in question
/// only come up inside of strings.
void append(std::string& out, const json& x) {
  const auto text = x.dump(-1, ' ', false, json::error_handler_t::replace);
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "\\u003c";
        break;
      case '>':
        out += "\\u003e";
        break;
      case '&':
        out += "\\u0026";
        break;
      default:
        out += c;
    }
  }
}

/// Writes an array of what `item(x)` returns, piece by piece: a tree of all of
/// it would take many times the memory of its text.
template <class Range, class Item>
void append_array(std::string& out, const Range& range, Item&& item) {
  out += '[';
  bool first = true;
  for (const auto& x : range) {
    if (!std::exchange(first, false))
      out += ',';
    item(out, x);
  }
  out += ']';
}

class stats_writer {
public:
  stats_writer(const node_report& x, const report_request& how)
    : x_(x), how_(how), index_(x) {
    // nop
  }

  std::string write() {
    std::string out;
    out.reserve(size_t{1024} + x_.topics.size() * 512);
    out += R"({"version":")";
    out += config::nsqd_version();
    out += R"(","health":"OK","start_time":)";
    out += std::to_string(x_.started / 1000000000);
    out += R"(,"topics":)";
    if (x_.topic_found)
      append_array(out, x_.topics,
                   [this](auto& to, const auto& topic) { add(to, topic); });
    else
      out += "null";
    if (how_.include_memory)
      add_memory(out);
    out += R"(,"producers":)";
    add_producers(out);
    out += R"(,"cafq_version":")";
    out += config::version();
    out += R"("})";
    return out;
  }

private:
  void add(std::string& out, const topic_report& topic) {
    const auto& self = topic.self;
    out += R"({"topic_name":)";
    append(out, self.name);
    out += R"(,"channels":)";
    append_array(out, topic.channels, [this](auto& to, const auto& channel) {
      add_channel(to, channel);
    });
    for (const auto& [key, value] : topic_fields)
      add(out, key, self.figure(value));
    add_paused(out, self);
    add(out, latency_of(topic, x_.quantiles));
    if (!self.sync.empty()) {
      out.pop_back();
      out += fmt::format(R"(,"sync":"{}"}})", self.sync);
    }
    if (self.state == actor_state::topic_failed) {
      out.pop_back();
      out += R"(,"failed":true})";
    }
  }

  void add_channel(std::string& out, const actor_stat& channel) {
    out += R"({"channel_name":)";
    append(out, channel.name);
    for (const auto& [key, value] : channel_fields)
      add(out, key, channel.figure(value));
    out += R"(,"clients":)";
    if (how_.include_clients) {
      std::vector<consumer_stat> present;
      for (const auto& consumer : channel.consumers)
        if (index_.find(consumer.id) != nullptr)
          present.push_back(consumer);
      append_array(out, present, [this](auto& to, const auto& consumer) {
        append(to, client(*index_.find(consumer.id), consumer));
      });
    } else {
      out += "null";
    }
    add_paused(out, channel);
    add(out, latency_of(channel, x_.quantiles));
  }

  /// Ends the object of a topic or channel.
  static void add(std::string& out, const latency_report& x) {
    out += R"("e2e_processing_latency":{"count":)";
    out += std::to_string(x.count);
    out += R"(,"percentiles":)";
    if (x.percentiles.empty())
      out += "null";
    else
      append_array(out, x.percentiles, [](auto& to, const auto& item) {
        fmt::format_to(std::back_inserter(to),
                       R"({{"quantile":{},"value":{}}})", item.first,
                       item.second);
      });
    out += "}}";
  }

  static void add(std::string& out, std::string_view key, uint64_t value) {
    out += ",\"";
    out += key;
    out += "\":";
    out += std::to_string(value);
  }

  static void add_paused(std::string& out, const actor_stat& x) {
    out += x.paused ? R"(,"paused":true,)" : R"(,"paused":false,)";
  }

  static void add_memory(std::string& out) {
    json memory;
    for (const auto& [name, value] : memory_in_use())
      memory[std::string{name}] = value;
    out += R"(,"memory":)";
    append(out, memory);
  }

  void add_producers(std::string& out) {
    std::vector<const actor_stat*> producers;
    for (const auto& connection : x_.connections)
      if (connection.client && !connection.client->published.empty())
        producers.push_back(&connection);
    if (producers.empty() || !how_.include_clients || !x_.topic_found) {
      out += "null";
      return;
    }
    append_array(out, producers, [this](auto& to, const auto* connection) {
      append(to, client(*connection->client, index_.consumer(connection->id)));
    });
  }

  json client(const client_stat& who, const consumer_stat& consumer) {
    json result{
      {"client_id", who.client_id},
      {"hostname", who.hostname},
      {"version", "V2"},
      {"remote_address", who.remote_address},
      {"state", who.state},
      {"ready_count", consumer.rdy},
      {"in_flight_count", consumer.in_flight},
      {"message_count", consumer.messages},
      {"finish_count", consumer.finished},
      {"requeue_count", consumer.requeued},
      {"connect_ts", who.connected},
      {"sample_rate", who.sample_rate},
      {"deflate", who.deflate},
      {"snappy", who.snappy},
      {"user_agent", who.user_agent},
    };
    if (who.authed)
      result["authed"] = true;
    if (!who.auth_identity.empty())
      result["auth_identity"] = who.auth_identity;
    if (!who.auth_identity_url.empty())
      result["auth_identity_url"] = who.auth_identity_url;
    if (const auto* counts = published_to(who, how_.topic))
      result["pub_counts"] = json::array(
        {json{{"topic", counts->first}, {"count", counts->second}}});
    result["tls"] = who.tls;
    result["tls_cipher_suite"] = who.tls_cipher_suite;
    result["tls_version"] = who.tls_version;
    result["tls_negotiated_protocol"] = "";
    // Go says so of any TLS.
    result["tls_negotiated_protocol_is_mutual"] = who.tls;
    return result;
  }

  const node_report& x_;
  const report_request& how_;
  client_index index_;
};

} // namespace

std::string stats_json(const node_report& x, const report_request& how) {
  return stats_writer{x, how}.write();
}

} // namespace cafq
