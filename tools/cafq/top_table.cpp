#include "tools/cafq/top_table.hpp"

#include "config/printable.hpp"
#include "tools/cafq/error.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <utility>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace cafq::tool {

namespace {

using json = nlohmann::ordered_json;

constexpr std::string_view red = "\x1b[31m";
constexpr std::string_view yellow = "\x1b[33m";
constexpr std::string_view inverse = "\x1b[7m";
constexpr std::string_view plain = "\x1b[0m";

/// Of the column with the names, at least.
constexpr std::size_t least_name = 12;

// -- reading ------------------------------------------------------------------

std::uint64_t figure(const json& x, const char* key) {
  return x.value(key, std::uint64_t{0});
}

top_row row_of_actor(const json& x) {
  top_row result;
  result.state = printable(x.value("state", ""));
  result.mood = x.value("mood", "");
  const auto& counters = x.at("counters");
  result.depth = figure(counters, "depth");
  result.in_flight = figure(counters, "in_flight");
  result.deferred = figure(counters, "deferred");
  result.clients = figure(counters, "consumers");
  result.messages = figure(counters, "messages");
  if (const auto ages = x.find("ages_ms"); ages != x.end())
    if (const auto ready = ages->find("ready"); ready != ages->end())
      result.oldest_ms = ready->get<std::uint64_t>();
  if (const auto busy = x.find("busy"); busy != x.end())
    result.busy = busy->get<double>();
  return result;
}

top_row row_of_stat(const json& x) {
  top_row result;
  if (x.value("paused", false))
    result.state = "paused";
  result.depth = figure(x, "depth");
  result.in_flight = figure(x, "in_flight_count");
  result.deferred = figure(x, "deferred_count");
  result.clients = figure(x, "client_count");
  result.messages = figure(x, "message_count");
  return result;
}

template <class F>
top_rows read_rows(std::string_view text, F&& f) {
  top_rows result;
  try {
    f(json::parse(text), result);
  } catch (const json::exception& e) {
    throw error(std::string{"the broker's answer makes no sense: "} + e.what());
  }
  return result;
}

// -- columns ------------------------------------------------------------------

std::string rate_text(double x) {
  return x < 10 && x > 0 ? fmt::format("{:.1f}", x) : fmt::format("{:.0f}", x);
}

std::string age_text(const std::optional<std::uint64_t>& ms) {
  if (!ms)
    return "";
  const auto s = *ms / 1000;
  if (s < 100)
    return fmt::format("{}s", s);
  if (s < 6000)
    return fmt::format("{}m", s / 60);
  return s < 360000 ? fmt::format("{}h", s / 3600)
                    : fmt::format("{}d", s / 86400);
}

struct column {
  std::string_view title;
  std::size_t width;
  std::function<std::string(const top_row&)> text;
};

/// The most telling first: what does not fit is left out from the end.
const std::array<column, 9>& columns() {
  static const std::array<column, 9> result{
    column{"DEPTH", 9,
           [](const auto& x) {
             return std::to_string(x.depth);
           }},
    column{"IN/S", 8,
           [](const auto& x) {
             return rate_text(x.in);
           }},
    column{"OUT/S", 8,
           [](const auto& x) {
             return rate_text(x.out);
           }},
    column{"STATE", 22,
           [](const auto& x) {
             return x.state;
           }},
    column{"OLDEST", 7,
           [](const auto& x) {
             return age_text(x.oldest_ms);
           }},
    column{"INFLT", 7,
           [](const auto& x) {
             return std::to_string(x.in_flight);
           }},
    column{"CLIENTS", 8,
           [](const auto& x) {
             return std::to_string(x.clients);
           }},
    column{"DEFER", 8,
           [](const auto& x) {
             return std::to_string(x.deferred);
           }},
    column{"BUSY", 5,
           [](const auto& x) {
             return x.busy ? fmt::format("{:.0f}%", *x.busy * 100) : "";
           }},
  };
  return result;
}

/// Returns how many columns fit beside names.
std::size_t fitting(std::size_t width) {
  std::size_t used = least_name;
  std::size_t count = 0;
  for (const auto& x : columns()) {
    used += x.width + 1;
    if (used > width)
      break;
    ++count;
  }
  return count;
}

std::string fit_name(const std::string& text, std::size_t width) {
  if (text.size() <= width)
    return text + std::string(width - text.size(), ' ');
  return width == 0 ? "" : text.substr(0, width - 1) + "~";
}

template <class Text>
std::string
table_line(const std::string& name, std::size_t width, Text&& text) {
  const auto count = fitting(width);
  auto left = width;
  for (std::size_t i = 0; i < count; ++i)
    left -= std::min(left, columns()[i].width + 1);
  auto result = fit_name(name, left);
  for (std::size_t i = 0; i < count; ++i)
    result += fmt::format(" {:>{}}", text(columns()[i]), columns()[i].width);
  return result;
}

std::string_view colour_of(const top_row& x) {
  if (x.mood == "stuck")
    return red;
  return x.mood == "waiting" ? yellow : std::string_view{};
}

} // namespace

top_rows rows_of_actors(std::string_view text) {
  return read_rows(text, [](const json& x, top_rows& to) {
    std::map<std::uint64_t, std::string> topics;
    for (const auto& actor : x.at("actors"))
      if (actor.at("kind") == "topic")
        topics[actor.at("id")] = printable(actor.at("name").get<std::string>());
    for (const auto& actor : x.at("actors")) {
      const auto channel = actor.at("kind") == "channel";
      const auto of = topics.find(actor.at(channel ? "parent" : "id"));
      if (of == topics.end())
        continue;
      auto row = row_of_actor(actor);
      row.topic = of->second;
      if (channel)
        row.channel = printable(actor.at("name").get<std::string>());
      to.push_back(std::move(row));
    }
  });
}

top_rows rows_of_stats(std::string_view text) {
  return read_rows(text, [](const json& x, top_rows& to) {
    for (const auto& topic : x.at("topics")) {
      auto row = row_of_stat(topic);
      row.topic = printable(topic.at("topic_name").get<std::string>());
      to.push_back(row);
      for (const auto& channel : topic.at("channels")) {
        auto below = row_of_stat(channel);
        below.topic = row.topic;
        below.channel
          = printable(channel.at("channel_name").get<std::string>());
        to.push_back(std::move(below));
      }
    }
  });
}

void add_rates(top_rows& now, const top_rows& before, double seconds) {
  std::map<std::string, const top_row*> known;
  for (const auto& x : before)
    known[x.name()] = &x;
  const auto there = [](const top_row& x) {
    return x.depth + x.in_flight + x.deferred;
  };
  const auto grown = [](std::uint64_t to, std::uint64_t from) {
    return static_cast<double>(to - std::min(to, from));
  };
  for (auto& x : now) {
    const auto i = known.find(x.name());
    if (i == known.end() || seconds <= 0)
      continue;
    const auto& y = *i->second;
    x.in = grown(x.messages, y.messages) / seconds;
    x.out = grown(x.messages + there(y), y.messages + there(x)) / seconds;
  }
}

std::string_view word_for(top_order x) noexcept {
  switch (x) {
    case top_order::name:
      return "name";
    case top_order::depth:
      return "depth";
    case top_order::in:
      return "in";
    case top_order::out:
      return "out";
    case top_order::oldest:
      return "oldest";
    case top_order::in_flight:
      return "in flight";
    case top_order::deferred:
      return "deferred";
    case top_order::clients:
      return "clients";
    case top_order::busy:
      return "busy";
  }
  return {};
}

top_order next(top_order x) noexcept {
  return x == top_order::busy ? top_order::name
                              : static_cast<top_order>(static_cast<int>(x) + 1);
}

void arrange(top_rows& rows, top_order order, std::string_view filter) {
  std::erase_if(rows, [&](const auto& x) {
    return x.name().find(filter) == std::string::npos;
  });
  const auto figure = [order](const top_row& x) -> double {
    switch (order) {
      case top_order::depth:
        return static_cast<double>(x.depth);
      case top_order::in:
        return x.in;
      case top_order::out:
        return x.out;
      case top_order::oldest:
        return static_cast<double>(x.oldest_ms.value_or(0));
      case top_order::in_flight:
        return static_cast<double>(x.in_flight);
      case top_order::deferred:
        return static_cast<double>(x.deferred);
      case top_order::clients:
        return static_cast<double>(x.clients);
      case top_order::busy:
        return x.busy.value_or(0);
      case top_order::name:
        break;
    }
    return 0;
  };
  std::sort(rows.begin(), rows.end(), [&](const auto& x, const auto& y) {
    const auto a = figure(x);
    const auto b = figure(y);
    return a != b ? a > b : x.name() < y.name();
  });
}

std::string draw_top(const top_rows& rows, const top_look& how) {
  auto result = table_line("NAME", how.width,
                           [](const column& x) { return x.title; });
  result += '\n';
  const auto last = std::min(
    rows.size(), how.first + std::max<std::size_t>(how.height, 1) - 1);
  for (auto i = how.first; i < last; ++i) {
    const auto& x = rows[i];
    const auto marked = how.marked == i;
    const auto text = table_line(x.name(), how.width,
                                 [&](const column& y) { return y.text(x); });
    const auto colour = how.colours ? colour_of(x) : std::string_view{};
    result += colour;
    if (marked && how.colours)
      result += inverse;
    result += text;
    if (!colour.empty() || (marked && how.colours))
      result += plain;
    result += '\n';
  }
  return result;
}

std::string top_json(const top_rows& rows) {
  auto list = json::array();
  for (const auto& x : rows) {
    json item{{"topic", x.topic}};
    if (!x.channel.empty())
      item["channel"] = x.channel;
    if (!x.state.empty())
      item["state"] = x.state;
    item["depth"] = x.depth;
    item["in_flight"] = x.in_flight;
    item["deferred"] = x.deferred;
    item["clients"] = x.clients;
    item["messages"] = x.messages;
    item["in"] = x.in;
    item["out"] = x.out;
    if (x.oldest_ms)
      item["oldest_ms"] = *x.oldest_ms;
    if (x.busy)
      item["busy"] = *x.busy;
    list.push_back(std::move(item));
  }
  return json{{"rows", std::move(list)}}.dump();
}

} // namespace cafq::tool
