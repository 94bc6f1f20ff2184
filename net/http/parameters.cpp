#include "net/http/parameters.hpp"

#include "net/protocol/names.hpp"

namespace cafq::http {

response invalid_request() {
  return failure(400, "INVALID_REQUEST");
}

std::optional<response> read_name(const query& parameters, std::string_view key,
                                  std::string_view missing,
                                  std::string_view bad_name, std::string& to) {
  const auto value = parameters.find(key);
  if (!value)
    return failure(400, missing);
  to = *value;
  if (!bad_name.empty() && !protocol::valid_name(to))
    return failure(400, bad_name);
  return std::nullopt;
}

effect to_actors(const request& x) {
  const auto parameters = query::parse(x.query);
  if (!parameters)
    return invalid_request();
  report_request result;
  using form = report_request::form;
  result.how = parameters->get("format") == "dot" ? form::actors_dot
                                                  : form::actors_json;
  return result;
}

effect to_metrics() {
  report_request result;
  result.how = report_request::form::metrics;
  return result;
}

} // namespace cafq::http
