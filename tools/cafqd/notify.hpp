#pragma once

#include "actors/payloads.hpp"

#include <string>
#include <vector>

/// Tells the service manager that started the daemon what it is doing, by
/// sd_notify(3). Nothing happens where NOTIFY_SOCKET is not set.
namespace cafq::notify {

/// Says how much the store had at the start: `2 topics, 1 channel, 30 stored
/// messages`. A message counts once for each queue that holds it.
[[nodiscard]] std::string backlog_text(const std::vector<recovered_topic>& x);

/// Clients are let in. `status` is the line that `systemctl status` shows.
void ready(const std::string& status);

/// Files are read again; `ready` says when that is done.
void reloading();

/// The end has begun.
void stopping();

} // namespace cafq::notify
