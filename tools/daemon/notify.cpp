#include "tools/daemon/notify.hpp"

#include <systemd/sd-daemon.h>

namespace cafq::notify {

namespace {

/// Nobody to tell is no error, and one who cannot be told stops nothing.
void tell(const std::string& state) {
  static_cast<void>(::sd_notify(0, state.c_str()));
}

} // namespace

void ready(const std::string& status) {
  tell("READY=1\nSTATUS=" + status);
}

void reloading() {
  tell("RELOADING=1\nSTATUS=reloading");
}

void stopping(const std::string& status) {
  tell("STOPPING=1\nSTATUS=" + status);
}

} // namespace cafq::notify
