#include "net/http/options_json.hpp"

#include "config/identity.hpp"
#include "config/log.hpp"
#include "config/option_table.hpp"
#include "config/print.hpp"
#include "config/version.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace cafq::http {

namespace {

/// Whether `name` is what nsqd's configuration file calls an option.
bool has_key(const config::option_row& row, std::string_view name) {
  const auto own = row.alias.empty() ? row.name : row.alias;
  return std::equal(own.begin(), own.end(), name.begin(), name.end(),
                    [](char x, char y) { return y == (x == '-' ? '_' : x); });
}

const config::option_row* find_row(std::string_view name) {
  for (const auto& group : config::option_table())
    for (const auto& row : group.rows)
      if (row.scope == config::scope::anywhere && has_key(row, name))
        return &row;
  return nullptr;
}

/// nsqd tells levels by number, the least severe is 1.
std::string level_number() {
  return std::to_string(static_cast<int>(log::current_level()) + 1);
}

/// nsqd tells versions of TLS by their number on the wire.
std::string tls_number(config::tls_version x) {
  constexpr int tls1_0 = 0x0301;
  return std::to_string(tls1_0 + static_cast<int>(x));
}

response render(bool x) {
  return json_ok(x ? "true" : "false");
}

response render(int64_t x) {
  return json_ok(std::to_string(x));
}

response render(std::chrono::nanoseconds x) {
  return json_ok(std::to_string(x.count()));
}

response render(const std::string& x) {
  return x.empty() ? empty_ok() : text_ok(x);
}

response render(const std::vector<std::string>& x) {
  return json_ok(nlohmann::json(x).dump());
}

response render(const std::vector<double>& x) {
  return json_ok(fmt::format("[{}]", fmt::join(x, ",")));
}

/// Reads a list of addresses, or null, and stops at the first thing that is
/// neither: what a stranger sends is not to cost more than reading it.
class address_reader {
public:
  std::optional<std::vector<std::string>> list;

  bool null() const {
    return !list;
  }

  bool string(std::string& x) {
    // What looks like a user is a password in the wrong place.
    if (!list || list->size() == most_lookupds || x.find('@') != x.npos)
      return false;
    list->push_back(std::move(x));
    return true;
  }

  bool start_array(size_t) {
    if (list)
      return false;
    list.emplace();
    return true;
  }

  static bool end_array() {
    return true;
  }

  static bool boolean(bool) {
    return false;
  }

  static bool number_integer(int64_t) {
    return false;
  }

  static bool number_unsigned(uint64_t) {
    return false;
  }

  static bool number_float(double, const std::string&) {
    return false;
  }

  static bool binary(nlohmann::json::binary_t&) {
    return false;
  }

  static bool start_object(size_t) {
    return false;
  }

  static bool key(const std::string&) {
    return false;
  }

  static bool end_object() {
    return false;
  }

  static bool
  parse_error(size_t, const std::string&, const nlohmann::detail::exception&) {
    return false;
  }
};

struct renderer {
  const config::options& all;
  const config::option_row& row;

  template <class T>
  response operator()(T config::options::*field) const {
    if constexpr (std::is_enum_v<T>)
      return render(config::to_flag_syntax(all, row));
    else
      return render(all.*field);
  }
};

} // namespace

response get_option(const config::options& all, std::string_view name) {
  const auto* row = find_row(name);
  if (row == nullptr)
    return failure(400, "INVALID_OPTION");
  if (name == "log_level")
    return json_ok(level_number());
  if (name == "tls_required")
    return json_ok(std::to_string(static_cast<int>(all.tls_required)));
  if (name == "tls_min_version")
    return json_ok(tls_number(all.tls_min_version));
  return std::visit(renderer{all, *row}, row->field);
}

std::optional<std::optional<std::vector<std::string>>>
parse_addresses(std::string_view value) {
  address_reader events;
  if (!nlohmann::json::sax_parse(value, &events))
    return std::nullopt;
  return std::move(events.list);
}

response tell_addresses(const std::optional<std::vector<std::string>>& x) {
  return x ? render(*x) : json_ok("null");
}

response set_option(const config::options& all, std::string_view name,
                    std::string_view value) {
  if (name != "log_level")
    return failure(400, "INVALID_OPTION");
  const auto level = log::to_level(value);
  if (!level)
    return failure(400, "INVALID_VALUE");
  log::set_level(*level);
  return get_option(all, name);
}

response get_info(const config::options& all, const info_facts& facts) {
  return json_ok(nlohmann::ordered_json{
    {"version", config::nsqd_version()},
    {"broadcast_address", all.broadcast_address},
    {"hostname", config::hostname()},
    {"http_port", facts.http_port},
    {"tcp_port", facts.tcp_port},
    {"start_time", facts.start_time},
    {"max_heartbeat_interval", all.max_heartbeat_interval.count()},
    {"max_output_buffer_size", all.max_output_buffer_size},
    {"max_output_buffer_timeout", all.max_output_buffer_timeout.count()},
    {"max_deflate_level", all.max_deflate_level},
    {"cafq_version", config::version()},
    {"sync", to_string(all.sync)},
    {"sync_interval", all.sync_interval.count()},
    {"topic_sync", all.topic_sync},
  }
                   .dump());
}

} // namespace cafq::http
