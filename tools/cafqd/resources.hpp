#pragma once

#include "actors/payloads.hpp"
#include "config/options.hpp"
#include "net/transport/tls_source.hpp"
#include "persistence/data_path.hpp"
#include "persistence/message_store.hpp"
#include "tools/cafqd/settings.hpp"
#include "tools/daemon/door.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cafq {

/// What the node needs before its actors can start. Whatever cannot be had
/// throws, in the words of the fatal log line.
struct resources {
  explicit resources(const config::options& options);

  [[nodiscard]] listen_addresses addresses() const;

  /// The line that a service manager shows while the node works.
  /// @pre The actors have not taken `found` yet.
  [[nodiscard]] std::string status() const;

  std::shared_ptr<transport::tls_source> tls;
  door tcp;
  std::optional<door> http;
  std::optional<door> https;
  data_path place;
  std::shared_ptr<message_store> disk;
  std::vector<recovered_topic> found;
};

} // namespace cafq
