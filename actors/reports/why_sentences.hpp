#pragma once

#include "actors/payloads.hpp"
#include "actors/report_request.hpp"
#include "actors/reports/why_view.hpp"

#include <string>
#include <string_view>

/// What an actor does, or waits for, as whoever asks why reads it. Pure.
namespace cafq {

/// Returns what an actor does.
/// @param from Who waits for it; maybe a channel that it consumes. May be null.
[[nodiscard]] std::string
why_sentence(const actor_stat& x, const actor_stat* from, const why_view& all,
             const report_request& how);

/// Returns its state in a word. Of a consumer that a channel waits for it is
/// why the channel does.
[[nodiscard]] std::string_view
why_state(const actor_stat& x, const actor_stat* from);

/// Returns what is known of a topic that comes about.
[[nodiscard]] std::string coming_sentence(const pending_stat& x);

/// Returns what a nsqlookupd was asked for such a topic.
[[nodiscard]] std::string asked_sentence(const pending_stat& x);

} // namespace cafq
