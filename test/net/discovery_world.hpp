#pragma once

#include "net/peers/discovery.hpp"
#include "test/net/lookupd.hpp"
#include "test/support/deterministic_system.hpp"
#include "test/support/real_network.hpp"

#include <boost/test/unit_test.hpp>

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <poll.h>

namespace cafq::test {

/// What was to be asked by HTTP.
struct scripted_fetcher_state {
  std::vector<std::string> urls;
  /// Without an answer yet.
  std::vector<caf::typed_response_promise<http_reply_ptr>> open;
};

/// A fetcher that passes on what the test answers, the oldest request first.
inline fetcher_actor::behavior_type
scripted_fetcher(fetcher_actor::stateful_pointer<scripted_fetcher_state> self) {
  return {
    [self](const http_request_ptr& what) {
      self->state.urls.push_back(what->url);
      self->state.open.push_back(self->make_response_promise<http_reply_ptr>());
      return self->state.open.back();
    },
    [](atom::stat) { return actor_stat{}; },
    [self](uint64_t, const http_reply_ptr& x) {
      auto& open = self->state.open;
      BOOST_TEST_REQUIRE(!open.empty());
      open.front().deliver(x);
      open.erase(open.begin());
    },
  };
}

/// DISCOVERY with its LOOKUP PEERs on real sockets, and with the clock of the
/// test.
struct discovery_world : deterministic_system_on<real_network> {
  discovery_world() {
    fetcher = sys.spawn(scripted_fetcher);
    run();
    quiet = mpx.num_socket_handlers();
  }

  discovery_world(const discovery_world&) = delete;
  discovery_world& operator=(const discovery_world&) = delete;

  ~discovery_world() {
    stop();
    self->send_exit(fetcher, caf::exit_reason::user_shutdown);
    run();
  }

  void start(std::vector<std::string> addresses) {
    discovery_settings settings;
    settings.identity = {"my.host", "vm", 4150, 4151, "1.3.0"};
    settings.addresses = std::move(addresses);
    settings.fetcher = fetcher;
    discovery = sys.spawn(cafq::discovery, settings);
    run();
  }

  void stop() {
    if (!discovery)
      return;
    self->send_exit(discovery, caf::exit_reason::user_shutdown);
    discovery = nullptr;
    run();
  }

  // -- waiting ----------------------------------------------------------------

  /// Goes on until `done`, which the kernel and the threads that dial decide.
  template <class Predicate>
  void until(Predicate done) {
    constexpr auto patience = std::chrono::seconds{20};
    const auto end = std::chrono::steady_clock::now() + patience;
    for (run(); !done(); run()) {
      BOOST_TEST_REQUIRE((std::chrono::steady_clock::now() < end));
      ::poll(nullptr, 0, 1);
    }
  }

  /// Waits until a nsqlookupd has been connected and told who we are.
  void until_met(lookupd& by) {
    until([&] { return by.accept(); });
    until([&] { return by.heard().ends_with('}'); });
    BOOST_TEST(by.news().starts_with("  V1IDENTIFY\n"));
  }

  /// Waits until a nsqlookupd knows us, whose HTTP port is this.
  void until_known(lookupd& to, int http_port = 0) {
    const auto before = ready();
    until_met(to);
    to.say(lookupd::identity(http_port));
    until([&] { return ready() > before; });
  }

  /// Waits until all of these bytes have come, and nothing else.
  void until_hears(lookupd& who, const std::string& what) {
    until([&] { return who.heard().size() >= what.size(); });
    BOOST_TEST(who.news() == what);
  }

  // -- what happens -----------------------------------------------------------

  void topic(const std::string& key, bool exists = true) {
    self->send(discovery, atom::topic_v, key, exists);
    run();
  }

  void
  channel(const std::string& of, const std::string& key, bool exists = true) {
    self->send(discovery, atom::channel_v, of, key, exists);
    run();
  }

  void set_addresses(const std::vector<std::string>& list) {
    const lookupd_addresses x{list};
    BOOST_TEST_REQUIRE(
      ask<lookupd_addresses>(discovery, atom::lookupd_v, x).has_value());
  }

  /// Sends a request.
  /// @returns what becomes true when the answer has come.
  template <class Result, class Handle, class... Ts>
  std::shared_ptr<const bool> begin(const Handle& whom, const Ts&... xs) {
    auto result = std::make_shared<bool>(false);
    sys.spawn([&](caf::event_based_actor* me) {
      me->request(whom, caf::infinite, xs...)
        .then([result](const Result&) { *result = true; },
              [](const caf::error&) {});
    });
    run();
    return result;
  }

  /// Answers the oldest HTTP request.
  void reply(int status, std::string body) {
    http_reply_ptr x{new http_reply, false};
    x->status = status;
    x->body = std::move(body);
    self->send(fetcher, uint64_t{0}, x);
    run();
  }

  // -- observers --------------------------------------------------------------

  /// How many nsqlookupds know us.
  uint64_t ready() {
    return ask<actor_stat>(discovery, atom::stat_v)
      ->figure(&discovery_figures::ready);
  }

  /// What the only peer tells about itself.
  uint64_t peer(const std::string& counter) {
    const auto all
      = ask<std::vector<stat_actor>>(discovery, atom::list_v).value();
    BOOST_TEST_REQUIRE(all.size() == 1u);
    return ask<actor_stat>(all.front(), atom::stat_v)
      ->figures.named(counter)
      .value();
  }

  /// How many sockets the peers have, those included that they only dial with.
  size_t sockets() {
    run();
    return mpx.num_socket_handlers() - quiet;
  }

  const std::vector<std::string>& asked() {
    return state_of<scripted_fetcher_state>(fetcher).urls;
  }

  fetcher_actor fetcher;
  discovery_actor discovery;
  size_t quiet = 0;
};

} // namespace cafq::test
