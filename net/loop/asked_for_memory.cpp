#include "net/loop/asked_for_memory.hpp"

#include "config/log.hpp"
#include "config/log_pace.hpp"

namespace cafq {

void log_end_for_memory(const std::string& peer) {
  static log::pace pace;
  if (pace.due(std::chrono::steady_clock::now()))
    log::warn("[{}] closed: it holds memory that other clients need, "
              "cafq_clients_ended_for_memory_total counts such",
              peer);
}

} // namespace cafq
