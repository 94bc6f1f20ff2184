#pragma once

#include "actors/node.hpp"
#include "actors/queue_keeper.hpp"
#include "actors/store.hpp"
#include "config/log.hpp"
#include "persistence/storage_error.hpp"
#include "test/persistence/support.hpp"
#include "test/support/deterministic_system.hpp"

#include <boost/test/unit_test.hpp>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cafq::test {

/// A client that writes down what it is sent, and finishes nothing by itself.
struct listener_state {
  struct message {
    std::string body;
    uint64_t number = 0;
    uint16_t attempts = 0;
  };

  std::vector<message> messages;
  /// What to report when all has left.
  uint64_t report = 0;
  std::vector<ticket> accepted;
  std::vector<ticket> refused;
  static inline const char* name = "listener";
};

inline client_actor::behavior_type
listener_client(client_actor::stateful_pointer<listener_state> self) {
  return {
    [self](atom::deliver, const delivery_ptr& x) {
      self->state.report = std::max(self->state.report, x->report);
      for (const auto& part : x->runs)
        for (size_t i = part.first; i < size_t{part.first} + part.count; ++i)
          self->state.messages.push_back({std::string{part.body->body(i)},
                                          part.body->number(i), part.attempts});
    },
    [self](atom::accepted, ticket t) { self->state.accepted.push_back(t); },
    [self](atom::refused, ticket t, const std::string&) {
      self->state.refused.push_back(t);
    },
    [](atom::failed, ticket, const failures_ptr&) {},
  };
}

/// A node with a store on disk that can be left and come back to, in an orderly
/// way or not, and whose disk can be full.
struct store_world : deterministic_system {
  static constexpr queue::duration unix_offset = std::chrono::hours{480000};

  store_world() {
    log::set_level(log::level::fatal);
    options.fault = [this](const char*) {
      return disk_full ? ENOSPC : 0;
    };
    settings.mem_queue_size = 100;
    settings.unix_offset = unix_offset;
    settings.health = health;
    start();
  }

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

  // -- actors -----------------------------------------------------------------

  /// Sends a request and returns the answer, nothing if it is an error, which
  /// then is `last_error`.
  template <class Result, class Handle, class... Ts>
  std::optional<Result> ask(const Handle& whom, const Ts&... what) {
    auto pending = self->request(whom, caf::infinite, what...);
    run();
    std::optional<Result> result;
    pending.receive([&](const Result& x) { result = x; },
                    [&](const caf::error& x) { last_error = x; });
    return result;
  }

  topic_actor topic(const std::string& name = "t") {
    return ask<topic_actor>(node, atom::topic_v, name).value();
  }

  channel_actor
  channel(const std::string& name = "c", const std::string& of = "t") {
    return ask<channel_actor>(topic(of), atom::channel_v, name).value();
  }

  client_actor client() {
    clients.push_back(sys.spawn(listener_client));
    run();
    return clients.back();
  }

  client_actor consumer(const channel_actor& of, size_t rdy) {
    auto result = client();
    BOOST_TEST_REQUIRE(ask<atom::sub>(of, atom::sub_v, result,
                                      subscription{std::chrono::minutes{1}, 0, {}})
                         .has_value());
    self->send(of, atom::rdy_v, consumer_id{result.id()}, rdy);
    run();
    return result;
  }

  static listener_state& sent_to(const client_actor& x) {
    using impl = client_actor::stateful_base<listener_state>;
    auto* ptr = caf::actor_cast<caf::abstract_actor*>(x);
    return dynamic_cast<impl&>(*ptr).state;
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
    std::vector<std::string> bodies;
    for (auto i = first; i <= last; ++i)
      bodies.push_back(body(i));
    const std::vector<std::string_view> views{bodies.begin(), bodies.end()};
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

  void finish(const channel_actor& at, const client_actor& who,
              std::vector<uint64_t> which) {
    numbers_ptr x{new numbers};
    x->list = std::move(which);
    self->send(at, atom::fin_v, consumer_id{who.id()}, ticket{0}, x);
    run();
  }

  void requeue(const channel_actor& at, const client_actor& who, uint64_t which,
               queue::duration delay) {
    requeues_ptr x{new requeues};
    x->list.push_back({which, delay});
    self->send(at, atom::req_v, consumer_id{who.id()}, ticket{0}, x);
    run();
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
      self->send(at, atom::sent_v, consumer_id{who.id()}, sent_to(who).report);
      run();
    }
    std::vector<std::string> result;
    for (const auto& x : got)
      result.push_back(x.body);
    return result;
  }

  static std::vector<std::string> bodies(uint64_t first, uint64_t last) {
    std::vector<std::string> result;
    for (auto i = first; i <= last; ++i)
      result.push_back(body(i));
    return result;
  }

  template <class Handle>
  void pause(const Handle& what, bool on) {
    BOOST_TEST_REQUIRE(ask<atom::pause>(what, atom::pause_v, on).has_value());
  }

  template <class Handle>
  void empty(const Handle& what) {
    BOOST_TEST_REQUIRE(ask<atom::empty>(what, atom::empty_v).has_value());
  }

  template <class Handle>
  uint64_t counter(const Handle& of, const std::string& name) {
    return ask<actor_stat>(of, atom::stat_v).value().counter(name);
  }

  caf::error last_error;
  bool disk_full = false;
  scratch_directory dir;
  store_options options;
  node_settings settings;
  std::shared_ptr<store_health> health = std::make_shared<store_health>();
  std::shared_ptr<message_store> disk;
  store_actor keeper;
  node_actor node;
  client_actor publisher;
  std::vector<client_actor> clients;
  ticket last_ticket = 0;
};

} // namespace cafq::test
