#include "actors/reports/why.hpp"
#include "actors/reports/why_words.hpp"
#include "config/printable.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace cafq {

namespace {

using json = nlohmann::ordered_json;

json to_json(const why_step& x) {
  json result;
  if (x.id != 0)
    result["id"] = x.id;
  result["kind"] = x.kind;
  result["name"] = x.name;
  if (!x.state.empty())
    result["state"] = x.state;
  result["text"] = x.text;
  return result;
}

json to_json(const why_finding& x) {
  auto chain = json::array();
  for (const auto& step : x.chain)
    chain.push_back(to_json(step));
  return {{"mood", to_string(x.how)}, {"chain", std::move(chain)}};
}

std::string head(const why_step& x) {
  auto result = x.kind;
  if (!x.name.empty())
    result += " " + x.name;
  if (!x.state.empty())
    result += " - " + x.state;
  return result;
}

} // namespace

std::string why_json(const why_answer& x) {
  auto findings = json::array();
  for (const auto& finding : x.findings)
    findings.push_back(to_json(finding));
  json result{{"topic", x.topic},
              {"mood", to_string(x.how)},
              {"findings", std::move(findings)}};
  if (x.left_out > 0)
    result["left_out"] = x.left_out;
  return result.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string why_text(const why_answer& x) {
  auto result = fmt::format("{}: {}\n", x.topic, to_string(x.how));
  for (const auto& finding : x.findings) {
    size_t depth = 0;
    for (const auto& step : finding.chain) {
      const std::string indent(2 * depth++, ' ');
      result += fmt::format("{}{}\n", indent, printable(head(step)));
      if (!step.text.empty())
        result += fmt::format("{}  {}\n", indent, printable(step.text));
    }
  }
  if (x.left_out > 0)
    result += fmt::format("{} more: they are no worse\n",
                          counted(x.left_out, "channel"));
  return result;
}

} // namespace cafq
