#include "net/http/browser_guard.hpp"

#include "config/parse.hpp"

#include <algorithm>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace cafq::http {

namespace {

std::string to_lower(std::string_view text) {
  std::string result{text};
  for (auto& c : result)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return result;
}

/// A host as a Host header or an origin names it.
struct authority {
  /// An IPv6 address stands without its brackets.
  std::string host;
  bool bracketed = false;
  /// Empty if there is none.
  std::string_view port;
};

bool is_port(std::string_view text) {
  return text.size() <= 5 && std::all_of(text.begin(), text.end(), [](char c) {
           return c >= '0' && c <= '9';
         });
}

/// @returns a host that is empty if the text is no `host[:port]`.
authority split(std::string_view text) {
  authority result;
  auto end = std::min(text.find(':'), text.size());
  if (text.starts_with('[')) {
    const auto bracket = text.find(']');
    if (bracket == text.npos)
      return {};
    result.bracketed = true;
    result.host = to_lower(text.substr(1, bracket - 1));
    end = bracket + 1;
  } else {
    result.host = to_lower(text.substr(0, end));
  }
  const auto rest = text.substr(end);
  if (rest.empty())
    return result;
  result.port = rest.substr(1);
  return rest.front() == ':' && is_port(result.port) ? result : authority{};
}

bool is_address(const authority& x) {
  in6_addr six{};
  in_addr four{};
  return x.bracketed ? ::inet_pton(AF_INET6, x.host.c_str(), &six) == 1
                     : ::inet_pton(AF_INET, x.host.c_str(), &four) == 1;
}

/// Whether an origin, `http://host[:port]`, is the one of a Host header.
bool same_origin(std::string_view origin, std::string_view host) {
  std::string_view usual_port;
  if (origin.starts_with("http://"))
    usual_port = "80";
  else if (origin.starts_with("https://"))
    usual_port = "443";
  else
    return false;
  origin.remove_prefix(origin.find("://") + 3);
  const auto theirs = split(origin);
  const auto ours = split(host);
  const auto port_of = [&](const authority& x) {
    return x.port.empty() ? usual_port : x.port;
  };
  return !theirs.host.empty() && theirs.host == ours.host
         && theirs.bracketed == ours.bracketed
         && port_of(theirs) == port_of(ours);
}

} // namespace

browser_guard::browser_guard(const std::vector<std::string>& names) {
  for (const auto& text : names)
    for (const auto name : config::split_list(text))
      if (!name.empty())
        names_.insert(to_lower(name));
}

bool browser_guard::knows(std::string_view host) const {
  const auto x = split(host);
  if (x.host.empty())
    return false;
  return is_address(x)
         || (!x.bracketed
             && (x.host == "localhost" || names_.count(x.host) > 0));
}

bool browser_guard::permits(const request& x) const {
  if (!x.origin && !x.from_browser)
    return true;
  if (!knows(x.host))
    return false;
  if (x.origin)
    return same_origin(*x.origin, x.host);
  // A browser leaves the origin out of what only reads: an address that was
  // typed in (none), our own page, or an image on the page of a stranger.
  return (x.method == "GET" || x.method == "HEAD")
         && (x.fetch_site == "none" || x.fetch_site == "same-origin");
}

} // namespace cafq::http
