#pragma once

#include <string>

/// Tells the service manager that started the daemon what it is doing, by
/// sd_notify(3). Nothing happens where NOTIFY_SOCKET is not set.
namespace cafq::notify {

/// Clients are let in. `status` is the line that `systemctl status` shows.
void ready(const std::string& status);

/// Files are read again; `ready` says when that is done.
void reloading();

/// The end has begun. `status` is what is done meanwhile.
void stopping(const std::string& status);

} // namespace cafq::notify
