#include "net/http/api.hpp"

#include "net/http/page.hpp"
#include "net/http/parameters.hpp"
#include "net/http/url.hpp"
#include "net/protocol/message_id.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace cafq::http {

namespace {

using std::chrono::milliseconds;

/// The longest value of an option. nsqd allows a message.
constexpr uint64_t most_of_a_setting = uint64_t{64} * 1024;

/// Rows of a stream.
constexpr int64_t usual_rows = 1000;
constexpr int64_t most_rows = 20000;

/// Of a message that is shown.
constexpr int64_t most_body_bytes = int64_t{1} << 20U;

/// How many times its size the body of an MPUB takes while it becomes messages:
/// itself and blocks, which at worst are of messages of one byte. Two in the
/// text become five.
constexpr size_t most_of_lines = 4;
constexpr size_t most_of_records = 2;

/// Reads the topic of a request that creates it.
std::variant<std::string, response> read_topic(const request& x) {
  const auto parameters = query::parse(x.query);
  if (!parameters)
    return invalid_request();
  std::string topic;
  if (auto bad = read_name(*parameters, "topic", "MISSING_ARG_TOPIC",
                           "INVALID_TOPIC", topic))
    return std::move(*bad);
  return topic;
}

/// Reads an integer as Go's ParseInt.
std::optional<int64_t> read_integer(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-')
    text.remove_prefix(1);
  int64_t result = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, result);
  if (error != std::errc{} || stop != end)
    return std::nullopt;
  return result;
}

effect to_pub(const request& x, std::string_view body, body_state how,
              const limits& allowed) {
  if (how == body_state::broken)
    return failure(500, "INTERNAL_ERROR");
  if (how == body_state::too_big)
    return failure(413, "MSG_TOO_BIG");
  if (body.empty())
    return failure(400, "MSG_EMPTY");
  auto topic = read_topic(x);
  if (auto* bad = std::get_if<response>(&topic))
    return std::move(*bad);
  publish result;
  result.topic = std::move(std::get<std::string>(topic));
  result.message = body;
  // The query was good enough for the topic. What is found in it is a view.
  const auto parameters = *query::parse(x.query);
  if (const auto defer = parameters.find("defer")) {
    const auto ms = read_integer(*defer);
    if (ms && *ms >= 0 && *ms <= allowed.max_defer_ms)
      result.delay = milliseconds{*ms};
    else
      result.failed = failure(400, "INVALID_DEFER");
  }
  return result;
}

/// Whether the body of an MPUB is as on NSQ's port.
/// @pre The query is good enough for the topic.
bool is_binary(const request& x) {
  return query::parse(x.query)->flag("binary", false);
}

effect to_mpub(const request& x, std::string_view body, body_state how,
               const limits& allowed) {
  auto topic = read_topic(x);
  if (auto* bad = std::get_if<response>(&topic))
    return std::move(*bad);
  publish result;
  result.topic = std::move(std::get<std::string>(topic));
  result.many.emplace(
    body, is_binary(x) ? mpub_reader::form::records : mpub_reader::form::lines,
    how != body_state::broken, allowed);
  return result;
}

effect to_topic_command(operation what, const request& x) {
  const auto parameters = query::parse(x.query);
  if (!parameters)
    return invalid_request();
  // The others take a bad name for one that does not exist.
  const auto checked = what == operation::create || what == operation::empty;
  topic_command result{what, {}};
  if (auto bad = read_name(*parameters, "topic", "MISSING_ARG_TOPIC",
                           checked ? "INVALID_TOPIC" : "", result.topic))
    return std::move(*bad);
  return result;
}

effect to_channel_command(operation what, const request& x) {
  const auto parameters = query::parse(x.query);
  if (!parameters)
    return invalid_request();
  channel_command result{what, {}, {}};
  if (auto bad = read_name(*parameters, "topic", "MISSING_ARG_TOPIC",
                           "INVALID_ARG_TOPIC", result.topic))
    return std::move(*bad);
  if (auto bad = read_name(*parameters, "channel", "MISSING_ARG_CHANNEL",
                           "INVALID_ARG_CHANNEL", result.channel))
    return std::move(*bad);
  return result;
}

effect to_stats(const request& x) {
  const auto parameters = query::parse(x.query);
  if (!parameters)
    return invalid_request();
  report_request result;
  using form = report_request::form;
  result.how = parameters->get("format") == "json" ? form::stats_json
                                                   : form::stats_text;
  result.topic = parameters->get("topic");
  result.channel = parameters->get("channel");
  result.include_clients = parameters->flag("include_clients", true);
  result.include_memory = parameters->flag("include_mem", true);
  return result;
}

/// Every word is checked: who looks for a fault should not be told of another
/// one.
effect to_why(const request& x) {
  const auto parameters = query::parse(x.query);
  if (!parameters)
    return invalid_request();
  if (parameters->other_than({"topic", "channel", "format"}))
    return failure(400, "INVALID_REQUEST - parameters are topic, channel and "
                        "format");
  report_request result;
  if (auto bad = read_name(*parameters, "topic", "MISSING_ARG_TOPIC",
                           "INVALID_ARG_TOPIC", result.topic))
    return std::move(*bad);
  if (parameters->find("channel"))
    if (auto bad = read_name(*parameters, "channel", "MISSING_ARG_CHANNEL",
                             "INVALID_ARG_CHANNEL", result.channel))
      return std::move(*bad);
  const auto format = parameters->find("format").value_or("json");
  if (format != "json" && format != "text")
    return failure(400, "INVALID_ARG_FORMAT - json or text");
  using form = report_request::form;
  result.how = format == "text" ? form::why_text : form::why_json;
  return result;
}

/// Reads a number within bounds; `otherwise` if there is none.
std::optional<int64_t>
read_number(const query& from, std::string_view key, int64_t otherwise,
            int64_t least, int64_t most) {
  const auto text = from.find(key);
  if (!text)
    return otherwise;
  const auto result = read_integer(*text);
  return result && *result >= least && *result <= most ? result : std::nullopt;
}

/// @returns false if there is no such view.
bool read_view(const query& from, report_request& to) {
  using kind = report_view::kind;
  constexpr std::array views{
    std::pair{std::string_view{"topics"}, kind::topics},
    std::pair{std::string_view{"actors"}, kind::actors},
    std::pair{std::string_view{"clients"}, kind::clients},
    std::pair{std::string_view{"node"}, kind::node},
  };
  const auto wanted = from.find("view").value_or("topics");
  for (const auto& [name, what] : views)
    if (name == wanted) {
      to.view.what = what;
      to.include_clients = what == kind::actors || what == kind::clients;
      return true;
    }
  return false;
}

/// Reads which of the rows to show.
/// @returns what is wrong with it, if anything.
std::optional<response> read_window(const query& from, report_view& to) {
  constexpr std::array orders{"name",      "mailbox",  "handled",
                              "busy",      "depth",    "messages",
                              "in_flight", "deferred", "commands"};
  to.filter = from.get("filter");
  const auto order = from.find("sort").value_or("name");
  if (std::find(orders.begin(), orders.end(), order) == orders.end())
    return failure(400, "INVALID_ARG_SORT - name, mailbox, handled, busy, "
                        "depth, messages, in_flight, deferred or commands");
  to.order = order == "name" ? "" : order;
  to.last = from.find("last").has_value();
  if (to.last && from.find("first"))
    return failure(400, "INVALID_ARG_LAST - first or last, not both");
  const auto count = read_number(from, to.last ? "last" : "first", usual_rows,
                                 1, most_rows);
  if (!count)
    return failure(
      400, std::string{to.last ? "INVALID_ARG_LAST" : "INVALID_ARG_FIRST"}
             + " - 1 to 20000");
  to.most = static_cast<size_t>(*count);
  return std::nullopt;
}

effect to_stream(const request& x) {
  const auto parameters = query::parse(x.query);
  if (!parameters)
    return invalid_request();
  if (parameters->other_than({"view", "topic", "channel", "filter", "sort",
                              "first", "last", "interval"}))
    return failure(400, "INVALID_REQUEST - parameters are view, topic, "
                        "channel, filter, sort, first, last and interval");
  stream_command result;
  result.what.how = report_request::form::stream;
  if (parameters->find("topic"))
    if (auto bad = read_name(*parameters, "topic", "MISSING_ARG_TOPIC",
                             "INVALID_ARG_TOPIC", result.what.topic))
      return std::move(*bad);
  if (parameters->find("channel"))
    if (auto bad = read_name(*parameters, "channel", "MISSING_ARG_CHANNEL",
                             "INVALID_ARG_CHANNEL", result.what.channel))
      return std::move(*bad);
  if (!read_view(*parameters, result.what))
    return failure(400, "INVALID_ARG_VIEW - topics, actors, clients or node");
  if (auto bad = read_window(*parameters, result.what.view))
    return std::move(*bad);
  const auto interval = read_number(*parameters, "interval", 1000, 250, 10000);
  if (!interval)
    return failure(400, "INVALID_ARG_INTERVAL - 250 to 10000 (ms)");
  result.interval = milliseconds{*interval};
  return result;
}

effect to_backup(const request& x) {
  const auto parameters = query::parse(x.query);
  if (!parameters)
    return invalid_request();
  if (parameters->other_than({"max_growth"}))
    return failure(400, "INVALID_REQUEST - the parameter is max_growth");
  constexpr int64_t usual = int64_t{1} << 30;
  const auto most = read_number(*parameters, "max_growth", usual, 0,
                                std::numeric_limits<int64_t>::max());
  if (!most)
    return failure(400, "INVALID_ARG_MAX_GROWTH - bytes");
  return backup_command{static_cast<uint64_t>(*most)};
}

effect to_history(const request& x) {
  const auto parameters = query::parse(x.query);
  if (!parameters)
    return invalid_request();
  if (parameters->other_than({"topic", "channel"}))
    return failure(400, "INVALID_REQUEST - parameters are topic and channel");
  report_request result;
  result.how = report_request::form::history;
  const auto channel = parameters->find("channel").has_value();
  if (channel || parameters->find("topic"))
    if (auto bad = read_name(*parameters, "topic", "MISSING_ARG_TOPIC",
                             "INVALID_ARG_TOPIC", result.topic))
      return std::move(*bad);
  if (channel)
    if (auto bad = read_name(*parameters, "channel", "MISSING_ARG_CHANNEL",
                             "INVALID_ARG_CHANNEL", result.channel))
      return std::move(*bad);
  return result;
}

/// Reads which queue to look at.
/// @returns what is wrong with it, if anything.
std::optional<response> read_queue(const query& from, peek_query& to) {
  if (auto bad = read_name(from, "topic", "MISSING_ARG_TOPIC",
                           "INVALID_ARG_TOPIC", to.topic))
    return bad;
  if (from.find("channel"))
    return read_name(from, "channel", "MISSING_ARG_CHANNEL",
                     "INVALID_ARG_CHANNEL", to.channel);
  return std::nullopt;
}

std::optional<response> read_body_bytes(const query& from, peek_query& to) {
  const auto bytes = read_number(
    from, "bytes", static_cast<int64_t>(to.body_bytes), 0, most_body_bytes);
  if (!bytes)
    return failure(400, "INVALID_ARG_BYTES - 0 to 1048576");
  to.body_bytes = static_cast<size_t>(*bytes);
  return std::nullopt;
}

std::optional<uint64_t> read_id(std::string_view text) {
  protocol::message_id id{};
  if (text.size() != id.size())
    return std::nullopt;
  std::copy(text.begin(), text.end(), id.begin());
  return protocol::parse_id(id);
}

/// @returns false if there is no such state.
bool read_state(const query& from, peek_query& to) {
  using enum queue::message_state;
  constexpr std::array states{
    std::pair{std::string_view{"ready"}, ready},
    std::pair{std::string_view{"in_flight"}, in_flight},
    std::pair{std::string_view{"deferred"}, deferred}};
  const auto wanted = from.find("state").value_or("ready");
  for (const auto& [name, state] : states)
    if (name == wanted) {
      to.state = state;
      return true;
    }
  return false;
}

/// Reads `next` of an answer.
bool read_place(const query& from, queue::deferred_key& to) {
  const auto text = from.find("after");
  if (!text)
    return true;
  const auto dash = text->find('-');
  if (dash == text->npos)
    return false;
  const auto due = read_integer(text->substr(0, dash));
  const auto number = read_integer(text->substr(dash + 1));
  if (!due || !number || *due < 0 || *number < 0)
    return false;
  to = {*due, static_cast<uint64_t>(*number)};
  return true;
}

effect to_message_list(const request& x) {
  const auto parameters = query::parse(x.query);
  if (!parameters)
    return invalid_request();
  if (parameters->other_than(
        {"topic", "channel", "state", "after", "limit", "contains", "bytes"}))
    return failure(400, "INVALID_REQUEST - parameters are topic, channel, "
                        "state, after, limit, contains and bytes");
  peek_query result;
  if (auto bad = read_queue(*parameters, result))
    return std::move(*bad);
  if (!read_state(*parameters, result))
    return failure(400, "INVALID_ARG_STATE - ready, in_flight or deferred");
  if (!read_place(*parameters, result.after))
    return failure(400, "INVALID_ARG_AFTER - what an answer calls next");
  const auto most = read_number(*parameters, "limit",
                                static_cast<int64_t>(result.most), 1, 1000);
  if (!most)
    return failure(400, "INVALID_ARG_LIMIT - 1 to 1000");
  result.most = static_cast<size_t>(*most);
  result.contains = parameters->get("contains");
  if (auto bad = read_body_bytes(*parameters, result))
    return std::move(*bad);
  return result;
}

effect to_message_get(const request& x) {
  const auto parameters = query::parse(x.query);
  if (!parameters)
    return invalid_request();
  if (parameters->other_than({"topic", "channel", "id", "bytes"}))
    return failure(400, "INVALID_REQUEST - parameters are topic, channel, id "
                        "and bytes");
  peek_query result;
  if (auto bad = read_queue(*parameters, result))
    return std::move(*bad);
  result.id = read_id(parameters->get("id"));
  if (!result.id)
    return failure(400, "INVALID_ARG_ID - 16 digits of a message's id");
  result.body_bytes = most_body_bytes;
  if (auto bad = read_body_bytes(*parameters, result))
    return std::move(*bad);
  return result;
}

effect to_config_put(const route& to, std::string_view body, body_state how) {
  if (how == body_state::broken)
    return failure(500, "INTERNAL_ERROR");
  if (how == body_state::too_big || body.empty())
    return failure(413, "INVALID_VALUE");
  return config_command{to.parameter, std::string{body}};
}

} // namespace

std::variant<body_plan, response>
plan_body(const route& to, const request& x, const limits& allowed) {
  const auto size = x.content_length.value_or(0);
  switch (to.target) {
    case endpoint::pub:
      if (size > allowed.max_msg_size)
        return failure(413, "MSG_TOO_BIG");
      return body_plan{allowed.max_msg_size, true};
    case endpoint::mpub: {
      if (size > allowed.max_body_size)
        return failure(413, "BODY_TOO_BIG");
      auto topic = read_topic(x);
      if (auto* bad = std::get_if<response>(&topic))
        return std::move(*bad);
      return body_plan{allowed.max_body_size, true,
                       is_binary(x) ? most_of_records : most_of_lines};
    }
    case endpoint::config_put:
      return body_plan{std::min(allowed.max_msg_size, most_of_a_setting), true};
    default:
      return body_plan{most_discarded, false};
  }
}

effect to_effect(const route& to, const request& x, std::string_view body,
                 body_state how, const limits& allowed) {
  switch (to.target) {
    case endpoint::pub:
      return to_pub(x, body, how, allowed);
    case endpoint::mpub:
      return to_mpub(x, body, how, allowed);
    case endpoint::stats:
      return to_stats(x);
    case endpoint::topic_create:
      return to_topic_command(operation::create, x);
    case endpoint::topic_delete:
      return to_topic_command(operation::erase, x);
    case endpoint::topic_empty:
      return to_topic_command(operation::empty, x);
    case endpoint::topic_pause:
      return to_topic_command(operation::pause, x);
    case endpoint::topic_unpause:
      return to_topic_command(operation::unpause, x);
    case endpoint::channel_create:
      return to_channel_command(operation::create, x);
    case endpoint::channel_delete:
      return to_channel_command(operation::erase, x);
    case endpoint::channel_empty:
      return to_channel_command(operation::empty, x);
    case endpoint::channel_pause:
      return to_channel_command(operation::pause, x);
    case endpoint::channel_unpause:
      return to_channel_command(operation::unpause, x);
    case endpoint::config_get:
      return config_command{to.parameter, std::nullopt};
    case endpoint::config_put:
      return to_config_put(to, body, how);
    case endpoint::actors:
      return to_actors(x);
    case endpoint::why:
      return to_why(x);
    case endpoint::stream:
      return to_stream(x);
    case endpoint::history:
      return to_history(x);
    case endpoint::message_list:
      return to_message_list(x);
    case endpoint::message_get:
      return to_message_get(x);
    case endpoint::backup:
      return to_backup(x);
    case endpoint::metrics:
      return to_metrics();
    case endpoint::ui:
      return answer_page(x, to.parameter);
    case endpoint::ping:
    case endpoint::info:
    case endpoint::live:
    case endpoint::ready:
      return node_command{to.target};
    case endpoint::debug:
    case endpoint::lookup:
    case endpoint::topics:
    case endpoint::channels:
    case endpoint::nodes:
    case endpoint::topic_tombstone:
      // No node has them.
      break;
  }
  return failure(500, "INTERNAL_ERROR");
}

} // namespace cafq::http
