#pragma once

#include "actors/node_settings.hpp"
#include "net/client/listener.hpp"
#include "net/httpd/http_settings.hpp"
#include "net/nsq/connection_settings.hpp"
#include "persistence/lmdb_message_store.hpp"
#include "test/sim/network.hpp"
#include "test/sim/plan.hpp"
#include "test/support/deterministic_system.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cafq::sim {

/// One life of the broker: its actors as cafqd starts them, over a store file
/// and the simulated network. The STORE has no thread of its own.
class process {
public:
  /// @param file Where the store is.
  /// @throws storage_error The store does not open.
  process(const plan& of, const std::filesystem::path& file);

  /// Returns how it opens the store.
  [[nodiscard]] static store_options store_options_of(const plan& of);

  process(const process&) = delete;
  process& operator=(const process&) = delete;

  /// Ends all actors, without a word to the disk.
  ~process();

  // -- what is to be done -----------------------------------------------------

  /// Returns how many actors have something to do.
  [[nodiscard]] size_t ready() const noexcept {
    return system_.sched.jobs.size() + system_.mpx.ready().size();
  }

  /// Returns one of them; those with sockets come last, and each kind in the
  /// order that they got something to do.
  [[nodiscard]] caf::resumable& at(size_t i) const;

  [[nodiscard]] size_t first_with_sockets() const noexcept {
    return system_.sched.jobs.size();
  }

  /// Lets one of them take a message.
  void run(size_t i);

  /// Returns when a timer is due, if one is set.
  [[nodiscard]] std::optional<queue::time_point> next_timer() const;

  void fire_timers();

  // -- the end ----------------------------------------------------------------

  /// Closes all clients.
  void close();

  /// Has all messages saved.
  void save();

  /// Whether `save` came to its end; then whether all was saved.
  [[nodiscard]] const std::optional<bool>& saved() const noexcept {
    return *saved_;
  }

  // -- while nobody has anything to do ----------------------------------------

  void add(const std::string& topic) {
    static_cast<void>(this->topic(topic));
  }

  /// Returns the channel, which is created if it is not there.
  channel_actor channel(const std::string& topic, const std::string& name);

  void unpause(const std::string& topic);

  /// Returns the names of the channels of a topic; none if there is no topic.
  [[nodiscard]] std::vector<std::string> channels(const std::string& topic);

  /// Returns how many messages are in a channel.
  [[nodiscard]] size_t
  messages(const std::string& topic, const std::string& channel);

  /// Returns how many a topic holds.
  [[nodiscard]] size_t held(const std::string& topic);

  [[nodiscard]] network& net() noexcept {
    return system_.mpx;
  }

  /// Where it listens.
  static constexpr int nsq_port = 1'000'001;
  static constexpr int http_port = 1'000'002;

private:
  void start_node(const plan& of, std::vector<recovered_topic> found);
  void start_listeners(const plan& of);
  [[nodiscard]] topic_actor topic(const std::string& name);

  test::deterministic_system_on<network> system_;
  std::shared_ptr<store_health> health_ = std::make_shared<store_health>();
  store_actor store_;
  node_actor node_;
  listener_actor nsq_;
  listener_actor http_;
  std::shared_ptr<std::optional<bool>> saved_
    = std::make_shared<std::optional<bool>>();
};

} // namespace cafq::sim
