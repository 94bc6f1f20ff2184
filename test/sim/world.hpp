#pragma once

#include "test/sim/client.hpp"
#include "test/sim/disk.hpp"
#include "test/sim/process.hpp"
#include "test/sim/trace.hpp"

#include <caf/fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cafq::sim {

/// What a run came to.
struct outcome {
  uint64_t hash = 0;
  /// Between actors.
  uint64_t messages = 0;
  size_t published = 0;
  size_t accepted = 0;
  size_t deliveries = 0;
  size_t restarts = 0;
  queue::duration simulated{};
};

/// One machine with a broker and its clients, and all that happens to them:
///
///   play:  setup -> the plan, with faults -> calm -> a last restart
///          -> everything is taken -> restarted again, nothing comes
class world final : public surroundings {
public:
  /// @param folder Where the disks are.
  /// @param kept How much of the end to remember in words.
  world(const sim::plan& what, std::filesystem::path folder, size_t kept);
  ~world() override;

  /// @throws violation
  outcome play();

  [[nodiscard]] const trace& history() const noexcept {
    return trace_;
  }

  // -- surroundings -----------------------------------------------------------

  [[nodiscard]] moment now() const override;
  std::shared_ptr<wire> connect(peer& who, port to) override;

  [[nodiscard]] network& net() override {
    return process_->net();
  }

private:
  // -- the parts of `play` ----------------------------------------------------

  void set_up();
  void rest();
  void drain();
  [[nodiscard]] std::vector<std::optional<size_t>> unpause_all();
  [[nodiscard]] bool has_no_channel(size_t topic) const;
  [[nodiscard]] size_t left();
  void check_nothing_is_left();

  // -- what happens next (world_steps.cpp) ------------------------------------

  void go_on_until(queue::time_point when);
  void step(queue::time_point end);
  [[nodiscard]] size_t choose();
  void run_actor();
  void look_at_wires();
  void became_quiet();
  [[nodiscard]] queue::time_point next_event() const;
  [[nodiscard]] queue::time_point next_timer() const;
  void let_happen();
  void check_memory() const;

  // -- the process and its end (world_lives.cpp) ------------------------------

  void begin_life(std::string content);
  void end_life(bool clean, std::string image);
  void crash(doom how);
  void stop();
  void process_ended();

  // -- faults (world_faults.cpp) ----------------------------------------------

  void strike(const fault& x);
  void strike_disk(const fault& x);
  void strike_network(const fault& x);
  void end_of_disk_trouble();
  void fail(caf::resumable& who);
  void look_for_restarts();

  sim::ledger books_;
  trace trace_;
  test::dice dice_;
  std::filesystem::path folder_;
  size_t lives_ = 0;
  std::unique_ptr<disk> disk_;
  std::unique_ptr<process> process_;
  int64_t last_socket_ = 2'000'000;
  std::vector<std::shared_ptr<wire>> wires_;
  std::vector<std::unique_ptr<client>> clients_;
  size_t next_fault_ = 0;
  std::vector<fault> faults_;

  // Time.
  queue::time_point begin_{};
  moment now_;
  bool busy_ = true;
  uint64_t steps_in_a_row_ = 0;
  queue::time_point late_until_{};
  queue::time_point disk_trouble_until_{};
  /// Whether the next topic or channel that has something to do fails.
  bool failing_ = false;
  /// Topics that have failed, and how often any was started again before.
  std::vector<size_t> failed_;
  double restarts_ = 0;

  // The order of actors.
  caf::actor_id favourite_ = 0;
  size_t memory_before_ = 0;
};

} // namespace cafq::sim
