#pragma once

#include "actors/answer_promise.hpp"
#include "actors/counting_actor.hpp"
#include "actors/lookup/registry_actor.hpp"
#include "net/lookupd/dial_plan.hpp"

#include <caf/io/connection_handle.hpp>
#include <caf/io/system_messages.hpp>
#include <caf/io/typed_broker.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cafq {

/// The DIALER actor interface: tries the addresses that nodes announce. It
/// connects and hangs up; nothing is sent.
using dial_back_actor
  = lookup::dialer_actor::extend<caf::reacts_to<caf::io::new_data_msg>,
                                 caf::reacts_to<caf::io::connection_closed_msg>,
                                 // Tells about itself.
                                 caf::replies_to<atom::stat>::with<actor_stat>>;

/// The state of the DIALER actor.
/// @relates dial_back
struct dialer_state {
  using broker = dial_back_actor::broker_pointer;

  explicit dialer_state(broker ptr);

  caf::result<std::string> find(const std::string& address);
  void received(caf::io::connection_handle from, std::string_view bytes);
  void closed(caf::io::connection_handle which);

  [[nodiscard]] actor_stat stat() const;

  broker self;

  /// The name in log output.
  static inline const char* name = "dialer";

private:
  struct attempt {
    std::string address;
    std::string told;
  };

  using promises = std::vector<answer_promise<std::string>>;

  void start();
  void dial(const std::string& address);
  void found(const std::string& address, const std::string& why_not);

  dial_plan plan_;
  std::map<caf::io::connection_handle, attempt> open_;
  /// Who waits for which address.
  std::map<std::string, promises> waiting_;
  uint64_t dials_ = 0;
  uint64_t failures_ = 0;
};

dial_back_actor::behavior_type
dial_back(counting_broker_pointer<dial_back_actor, dialer_state> self);

} // namespace cafq
