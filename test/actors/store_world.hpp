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

  store_world() {
    options.fault = [this](const char*) {
      return disk_full ? ENOSPC : 0;
    };
    settings.mem_queue_size = 100;
    settings.unix_offset = [] {
      return unix_offset;
    };
    settings.health = health;
    start();
  }

  store_world(const store_world&) = delete;
  store_world& operator=(const store_world&) = delete;

  ~store_world() {
    end();
  }

  // -- the process ------------------------------------------------------------

  void start() {
    disk = open_message_store(dir.store_file(), options);
    auto found = recover(*disk);
    keeper = sys.spawn(cafq::store, disk, health);
    node = sys.spawn(cafq::node, keeper, found, settings);
    run();
  }

  /// Ends all actors, without a word to the disk.
  void end() {
    for (auto& x : clients)
      self->send_exit(x, caf::exit_reason::user_shutdown);
    clients.clear();
    publisher = nullptr;
    self->send_exit(node, caf::exit_reason::user_shutdown);
    self->send_exit(keeper, caf::exit_reason::user_shutdown);
    node = nullptr;
    keeper = nullptr;
    run();
    disk = nullptr;
  }

  void stop() {
    BOOST_TEST_REQUIRE(ask<atom::save>(node, atom::save_v).has_value());
    end();
  }

  void restart() {
    stop();
    start();
  }

  /// The store as the next process finds it.
  std::shared_ptr<message_store> look() {
    end();
    disk = open_message_store(dir.store_file(), options);
    return disk;
  }

  /// Its messages do not time out while a test lets seconds pass.
  client_actor consumer(const channel_actor& of, size_t rdy) {
    return node_world::consumer(of, rdy, {std::chrono::minutes{1}, 0, {}});
  }

  // -- commands ---------------------------------------------------------------

  static std::string body(uint64_t i) {
    return "m" + std::to_string(i);
  }

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
  void put(const topic_actor& to, uint64_t first, uint64_t last) {
    batch_ptr x{new batch};
    for (auto i = first; i <= last; ++i) {
      const auto text = body(i);
      const std::string_view view{text};
      x->items.push_back({queue::block::make(std::span{&view, 1}, 1), {}});
    }
    self->send(to, atom::put_v, x, publisher, ++last_ticket);
  }

  void requeue(const channel_actor& at, const client_actor& who, uint64_t which,
               queue::duration delay) {
    node_world::requeue(at, who, std::vector{which}, delay);
  }

  /// Finishes what comes, until nothing does.
  /// @returns the bodies in order.
  std::vector<std::string>
  drain(const channel_actor& at, const client_actor& who) {
    auto& got = sent_to(who).messages;
    for (size_t done = 0; done < got.size();) {
      std::vector<uint64_t> all;
      for (; done < got.size(); ++done)
        all.push_back(got[done].number);
      finish(at, who, all);
      if (const auto& reports = sent_to(who).reports; !reports.empty()) {
        self->send(at, atom::sent_v, consumer_id{who.id()}, reports.back());
        run();
      }
    }
    std::vector<std::string> result;
    result.reserve(got.size());
    for (const auto& x : got)
      result.push_back(x.body);
    return result;
  }

  static std::vector<std::string> bodies(uint64_t first, uint64_t last) {
    std::vector<std::string> result;
    result.reserve(last - first + 1);
    for (auto i = first; i <= last; ++i)
      result.push_back(body(i));
    return result;
  }

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
