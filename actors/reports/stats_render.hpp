#pragma once

#include "actors/report_request.hpp"
#include "actors/reports/stats.hpp"

#include <string>

/// The forms in which a node tells about itself. Pure: a report goes in, text
/// comes out.
namespace cafq {

/// GET /stats?format=json, key for key as nsqd, plus `cafq_version`.
[[nodiscard]] std::string
stats_json(const node_report& x, const report_request& how);

/// GET /stats, as nsqd writes it for people.
[[nodiscard]] std::string
stats_text(const node_report& x, const report_request& how);

/// GET /metrics in the text format of Prometheus.
[[nodiscard]] std::string stats_metrics(const node_report& x);

/// GET /debug/actors: every actor with its parent and its peers.
[[nodiscard]] std::string actors_json(const node_report& x);

/// The same as a graph for Graphviz: bold edges lead from parent to child, thin
/// ones are ways that messages take. From left to right: listeners,
/// connections, topics, channels, the store. What an actor does colours it: at
/// work, idle, waiting, or stuck.
[[nodiscard]] std::string actors_dot(const node_report& x);

/// Appends an actor as an object of JSON.
void append_actor(std::string& out, const actor_stat& x);

/// Writes a report in the form that was asked for. Streams (`stream_rows`) and
/// the past (`history`) are no forms of one report.
/// @param before What the first of two looks saw; null if there was one.
[[nodiscard]] std::string
render(const node_report& x, const report_request& how,
       const node_report* before = nullptr);

} // namespace cafq
