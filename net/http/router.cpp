#include "net/http/router.hpp"

#include "net/http/url.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <span>

namespace cafq::http {

namespace {

struct row {
  std::string_view method;
  /// One that ends with a slash takes a parameter behind it.
  std::string_view path;
  endpoint target;
};

constexpr auto nsqd_rows = [] {
  using enum endpoint;
  return std::array{
    row{"GET", "/ping", ping},
    row{"GET", "/info", info},
    row{"POST", "/pub", pub},
    row{"POST", "/mpub", mpub},
    row{"GET", "/stats", stats},
    row{"POST", "/topic/create", topic_create},
    row{"POST", "/topic/delete", topic_delete},
    row{"POST", "/topic/empty", topic_empty},
    row{"POST", "/topic/pause", topic_pause},
    row{"POST", "/topic/unpause", topic_unpause},
    row{"POST", "/channel/create", channel_create},
    row{"POST", "/channel/delete", channel_delete},
    row{"POST", "/channel/empty", channel_empty},
    row{"POST", "/channel/pause", channel_pause},
    row{"POST", "/channel/unpause", channel_unpause},
    row{"GET", "/config/", config_get},
    row{"PUT", "/config/", config_put},
    row{"GET", "/debug/actors", actors},
    row{"GET", "/debug/why", why},
    row{"GET", "/debug/stream", stream},
    row{"GET", "/debug/history", history},
    row{"GET", "/message/list", message_list},
    row{"GET", "/message/get", message_get},
    row{"POST", "/backup", backup},
    row{"GET", "/metrics", metrics},
    row{"GET", "/livez", live},
    row{"GET", "/readyz", ready},
    row{"GET", "/ui", ui},
    row{"GET", "/ui/", ui},
  };
}();

constexpr auto nsqlookupd_rows = [] {
  using enum endpoint;
  return std::array{
    row{"GET", "/ping", ping},
    row{"GET", "/info", info},
    row{"GET", "/debug", debug},
    row{"GET", "/lookup", lookup},
    row{"GET", "/topics", topics},
    row{"GET", "/channels", channels},
    row{"GET", "/nodes", nodes},
    row{"POST", "/topic/create", topic_create},
    row{"POST", "/topic/delete", topic_delete},
    row{"POST", "/channel/create", channel_create},
    row{"POST", "/channel/delete", channel_delete},
    row{"POST", "/topic/tombstone", topic_tombstone},
    row{"GET", "/debug/actors", actors},
    row{"GET", "/metrics", metrics},
    row{"GET", "/livez", live},
    row{"GET", "/readyz", ready},
  };
}();

std::span<const row> rows_of(service x) {
  if (x == service::nsqlookupd)
    return nsqlookupd_rows;
  return nsqd_rows;
}

bool takes_parameter(const row& x) {
  return x.path.ends_with('/');
}

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(std::string_view x, std::string_view y, bool any_case) {
  return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                    [any_case](char a, char b) {
                      return a == b || (any_case && to_lower(a) == to_lower(b));
                    });
}

/// Returns the parameter, empty if the row takes none, if the path is the
/// row's.
std::optional<std::string_view>
match(const row& x, std::string_view path, bool any_case = false) {
  if (!takes_parameter(x))
    return same(x.path, path, any_case) ? std::optional{std::string_view{}}
                                        : std::nullopt;
  if (path.size() <= x.path.size()
      || !same(x.path, path.substr(0, x.path.size()), any_case))
    return std::nullopt;
  const auto parameter = path.substr(x.path.size());
  return parameter.find('/') == parameter.npos ? std::optional{parameter}
                                               : std::nullopt;
}

/// Returns the methods that a path has, sorted, for Allow.
std::string allowed(std::span<const row> rows, std::string_view path) {
  std::set<std::string_view> methods;
  for (const auto& x : rows)
    if (path == "*" || match(x, path))
      methods.insert(x.method);
  if (methods.empty())
    return {};
  methods.insert("OPTIONS");
  std::string result;
  for (auto x : methods)
    result.append(result.empty() ? "" : ", ").append(x);
  return result;
}

/// Returns the path of a row that differs from this one in its case only.
std::optional<std::string>
in_other_case(std::span<const row> rows, std::string_view method,
              const std::string& path) {
  for (const auto& x : rows) {
    if (x.method != method)
      continue;
    if (const auto parameter = match(x, path, true))
      return std::string{x.path}.append(*parameter);
  }
  return std::nullopt;
}

/// Returns the path that was probably meant.
std::optional<std::string>
meant(std::span<const row> rows, std::string_view method,
      const std::string& path) {
  auto other = path;
  if (path.size() > 1 && path.ends_with('/'))
    other.pop_back();
  else
    other += '/';
  for (const auto& x : rows)
    if (x.method == method && match(x, other))
      return other;
  auto cleaned = clean_path(path);
  auto without_slash = cleaned;
  if (cleaned.size() > 1 && cleaned.ends_with('/'))
    without_slash.pop_back();
  if (auto found = in_other_case(rows, method, cleaned))
    return found;
  return in_other_case(rows, method, without_slash);
}

std::string escape_html(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&#34;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

response redirect(const request& x, const std::string& path) {
  response result;
  result.v1 = false;
  result.location = encode_path(path);
  if (!x.query.empty())
    result.location.append("?").append(x.query);
  if (x.method != "GET") {
    result.status = 307;
    return result;
  }
  result.status = 301;
  result.kind = response::type::html;
  result.body = "<a href=\"" + escape_html(result.location)
                + "\">Moved Permanently</a>.\n\n";
  return result;
}

} // namespace

std::variant<route, response> find_route(const request& x, service of) {
  const auto rows = rows_of(of);
  for (const auto& candidate : rows)
    if (candidate.method == x.method)
      if (auto parameter = match(candidate, x.path))
        return route{candidate.target, std::string{*parameter}};
  if (x.method == "OPTIONS" && x.path == "*") {
    response result;
    result.v1 = false;
    return result;
  }
  if (auto path = meant(rows, x.method, x.path))
    return redirect(x, *path);
  auto methods = allowed(rows, x.path);
  if (methods.empty())
    return failure(404, "NOT_FOUND");
  if (x.method == "OPTIONS") {
    response result;
    result.v1 = false;
    result.allow = std::move(methods);
    return result;
  }
  auto result = failure(405, "METHOD_NOT_ALLOWED");
  result.allow = std::move(methods);
  return result;
}

bool needs_known_host(endpoint x) noexcept {
  return x == endpoint::why || x == endpoint::stream || x == endpoint::history
         || x == endpoint::message_list || x == endpoint::message_get
         || x == endpoint::backup;
}

bool tells_health(endpoint x) noexcept {
  return x == endpoint::ping || x == endpoint::live || x == endpoint::ready;
}

bool needs_secret(endpoint x) noexcept {
  switch (x) {
    case endpoint::pub:
    case endpoint::mpub:
    case endpoint::topic_create:
    case endpoint::topic_delete:
    case endpoint::topic_empty:
    case endpoint::topic_pause:
    case endpoint::topic_unpause:
    case endpoint::channel_create:
    case endpoint::channel_delete:
    case endpoint::channel_empty:
    case endpoint::channel_pause:
    case endpoint::channel_unpause:
    case endpoint::config_put:
    case endpoint::topic_tombstone:
    case endpoint::message_list:
    case endpoint::message_get:
    case endpoint::backup:
      return true;
    case endpoint::ping:
    case endpoint::info:
    case endpoint::stats:
    case endpoint::config_get:
    case endpoint::actors:
    case endpoint::why:
    case endpoint::stream:
    case endpoint::history:
    case endpoint::metrics:
    case endpoint::live:
    case endpoint::ready:
    case endpoint::ui:
    case endpoint::debug:
    case endpoint::lookup:
    case endpoint::topics:
    case endpoint::channels:
    case endpoint::nodes:
      return false;
  }
  return true;
}

} // namespace cafq::http
