#pragma once

#include "actors/node.hpp"
#include "actors/queue_keeper.hpp"
#include "actors/store.hpp"
#include "persistence/storage_error.hpp"
#include "test/persistence/support.hpp"
#include "test/support/node_world.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cafq::test {

/// A node with a store on disk that can be left and come back to, in an orderly
/// way or not, and whose disk can be full.
struct store_world : node_world {
  static constexpr queue::duration unix_offset = std::chrono::hours{480000};

  store_world();

  store_world(const store_world&) = delete;
  store_world& operator=(const store_world&) = delete;

  ~store_world();

  // -- the process ------------------------------------------------------------

  void start();

  /// Ends all actors, without a word to the disk.
  void end();

  void stop();

  void restart();

  /// The store as the next process finds it.
  std::shared_ptr<message_store> look();

  /// Its messages do not time out while a test lets seconds pass.
  client_actor consumer(const channel_actor& of, size_t rdy);

  // -- commands ---------------------------------------------------------------

  static std::string body(uint64_t i);

  /// Publishes messages `first` to `last` in one batch.
  void publish(uint64_t first, uint64_t last, const std::string& to = "t",
               queue::duration delay = {}) {
    if (!publisher)
      publisher = client();
    batch_ptr x{new batch};
    const auto text = bodies(first, last);
    const std::vector<std::string_view> views{text.begin(), text.end()};
    if (delay == queue::duration{})
      for (auto& block : queue::make_blocks(views, 1))
        x->items.push_back({std::move(block), {}});
    else
      for (const auto& view : views)
        x->items.push_back({queue::block::make(std::span{&view, 1}, 1),
                            sched.clock().now() + delay});
    self->send(topic(to), atom::put_v, x, publisher, ++last_ticket);
    run();
  }

  /// Sends a put, a block per message, without letting anybody work.
  void put(const topic_actor& to, uint64_t first, uint64_t last);

  void requeue(const channel_actor& at, const client_actor& who, uint64_t which,
               queue::duration delay);

  /// Finishes what comes, until nothing does.
  /// @returns the bodies in order.
  std::vector<std::string>
  drain(const channel_actor& at, const client_actor& who);

  static std::vector<std::string> bodies(uint64_t first, uint64_t last);

  bool disk_full = false;
  scratch_directory dir;
  store_options options;
  node_settings settings;
  std::shared_ptr<store_health> health = std::make_shared<store_health>();
  std::shared_ptr<message_store> disk;
  store_actor keeper;
  ticket last_ticket = 0;
};

} // namespace cafq::test
