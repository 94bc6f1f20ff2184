#pragma once

#include "actors/queue/time.hpp"
#include "config/sync_policy.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// What a run consists of, all of it from its seed.
namespace cafq::sim {

struct topic_plan {
  std::string name;
  config::sync_mode mode = config::sync_mode::overflow;
  /// Those that are there from the beginning. None: the first one comes at the
  /// end, and gets everything.
  std::vector<std::string> channels;
  /// Whether operators pause it. If not, they empty its channels.
  bool pausable = false;
};

enum class client_kind : uint8_t { publisher, http_publisher, consumer, oper };

[[nodiscard]] std::string_view to_string(client_kind x) noexcept;

struct client_plan {
  client_kind kind{};
  /// Index of the topic, and of the channel in it.
  size_t topic = 0;
  size_t channel = 0;
  /// How long it thinks between two things it does, about.
  queue::duration pace{};
  /// Of publishers: messages at a time at most. Of consumers: RDY.
  size_t appetite = 1;
  /// Of consumers: in percent, what is not finished at once but requeued,
  /// touched, held or dropped with the connection.
  size_t trouble = 0;
};

enum class fault_kind : uint8_t {
  // The process.
  kill,
  kill_in_commit,
  clean_stop,
  stall,
  // The machine.
  power_cut,
  power_cut_in_commit,
  clock_step,
  late_timers,
  // The disk.
  disk_full,
  slow_disk,
  io_error,
  sync_error,
  short_write,
  // The network.
  reset,
  half_close,
  stuck_client,
  // The actors: a topic or channel ends as if it had thrown.
  failure,
};

inline constexpr size_t fault_kinds = 17;

[[nodiscard]] std::string_view to_string(fault_kind x) noexcept;

struct fault {
  fault_kind kind{};
  /// After the beginning.
  queue::duration at{};
  /// How long it lasts, or by how much a clock is set.
  queue::duration lasts{};
  /// Of the disk: how many calls later. Of the network: which client.
  size_t which = 0;
};

/// In which order actors with something to do get to do it.
enum class order : uint8_t {
  /// In the order they got it, mostly.
  fair,
  /// In any.
  any,
  /// One goes on as long as it has something to do, mostly.
  bursts,
  /// Some wait until nobody else has anything to do.
  starving,
};

struct plan {
  explicit plan(uint64_t seed);

  /// Returns what it consists of but for those left out, for people.
  [[nodiscard]] std::string text() const;

  [[nodiscard]] bool has_fault(size_t i) const {
    return without_faults.count(i) == 0;
  }

  [[nodiscard]] bool has_client(size_t i) const {
    return without_clients.count(i) == 0;
  }

  uint64_t seed;
  std::vector<topic_plan> topics;
  std::vector<client_plan> clients;
  std::vector<fault> faults;
  /// What is left out, to find what a failure needs.
  std::set<size_t> without_faults;
  std::set<size_t> without_clients;

  queue::duration length{};
  order schedule{};
  size_t mem_queue_size = 0;
  size_t memory_limit = 0;
  size_t transaction_bytes = 0;
  queue::duration sync_interval{};
  queue::duration msg_timeout{};
};

} // namespace cafq::sim
