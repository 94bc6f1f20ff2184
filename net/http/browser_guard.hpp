#pragma once

#include "net/http/request.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cafq::http {

/// Keeps browsers from being used against the node. A page of any site may let
/// the browser of a visitor send requests to an address that only the visitor
/// reaches, and by a name of its own that suddenly leads here (DNS rebinding)
/// it could even read the answers. Browsers say so: `Origin` and `Sec-Fetch-*`
/// come from nobody else, and a page cannot change them, nor `Host`.
class browser_guard {
public:
  /// Knows `localhost` and IP addresses only.
  browser_guard() = default;

  /// @param names What else the node is called, without ports. One text may
  ///   have several with commas between them.
  explicit browser_guard(const std::vector<std::string>& names);

  /// Whether the value of a Host header leads here in any case: an IP address,
  /// `localhost` or one of the names, with or without a port.
  [[nodiscard]] bool knows(std::string_view host) const;

  /// Whether a request may go on: one that no browser sent; or one to a host
  /// that we know, from a page of the same host or of no page at all.
  [[nodiscard]] bool permits(const request& x) const;

private:
  /// In lower case.
  std::set<std::string, std::less<>> names_;
};

} // namespace cafq::http
