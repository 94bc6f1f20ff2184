#include "config/checks.hpp"

#include "config/option_table.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace cafq::config {

namespace {

/// nsqlookupd and statsd know no users. What looks like one is a password in
/// the wrong place, which would be logged with every attempt to connect.
complaint check_host_and_port(const configuration& what, const char* option,
                              const std::vector<std::string>& addresses) {
  for (const auto& x : addresses)
    if (x.find('@') != x.npos)
      return fmt::format("{}: wants HOST:PORT, without a user or a password",
                         what.origins.at(find_option(option)));
  return std::nullopt;
}

} // namespace

complaint check_values(const configuration& what) {
  const auto& x = what.values;
  if (auto wrong = check_host_and_port(what, "lookupd-tcp-address",
                                       x.lookupd_tcp_address))
    return wrong;
  if (auto wrong = check_host_and_port(what, "statsd-address",
                                       {x.statsd_address}))
    return wrong;
  try {
    static_cast<void>(to_sync_policy(x));
  } catch (const bad_sync_rule& ex) {
    const auto origin = what.origins.find(find_option("topic-sync"));
    return fmt::format("{}: {}", origin->second, ex.what());
  }
  return std::nullopt;
}

complaint
fit_memory_limit(configuration& what, std::optional<uint64_t> allowed) {
  auto& limit = what.values.memory_limit;
  const auto& row = *find_option("memory-limit", false, what.table());
  if (!allowed || what.origins.contains(&row)
      || *allowed / 2 >= static_cast<uint64_t>(limit))
    return std::nullopt;
  constexpr auto least = int64_t{1} << 20;
  limit = std::max(static_cast<int64_t>(*allowed / 2), least);
  return fmt::format("--memory-limit is {}: half of the {} bytes that the "
                     "cgroup of this process may use",
                     limit, *allowed);
}

std::vector<std::string> notes(const configuration& what) {
  std::vector<std::string> lines;
  for (const auto& group : what.table())
    for (const auto& row : group.rows)
      if (const auto origin = what.origins.find(&row);
          row.support == support::ignored && origin != what.origins.end())
        lines.push_back(
          fmt::format("{} is known for nsqd's sake and has no effect ({})",
                      origin->second, row.help));
  return lines;
}

} // namespace cafq::config
