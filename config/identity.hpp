#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cafq::config {

/// The name of this machine, or "localhost" if it has none.
[[nodiscard]] std::string hostname();

/// The node id nsqd gives a machine of this name: CRC-32 of its MD5, mod 1024.
[[nodiscard]] int64_t node_id_of(std::string_view hostname);

} // namespace cafq::config
