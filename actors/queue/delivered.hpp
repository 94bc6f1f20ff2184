#pragma once

#include "actors/queue/block.hpp"

#include <cstdint>

/// What leaves a queue, and what becomes of what comes back.
namespace cafq::queue {

/// Names a connection, unique in this process. Never reused, so a message can
/// stay in flight to a client that is gone.
using consumer_id = uint64_t;

/// Messages that leave for one consumer: neighbours in one block that holds
/// them itself, all at the same attempt.
struct run {
  block_ptr body;
  uint16_t first = 0;
  uint16_t count = 0;
  uint16_t attempts = 0;
};

/// What FIN, REQ and TOUCH can meet.
enum class settled : uint8_t {
  ok,
  not_in_flight,
  not_owner,
};

} // namespace cafq::queue
