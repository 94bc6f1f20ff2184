#include "net/peers/discovery.hpp"

#include "actors/actor_support.hpp"
#include "actors/answer_promise.hpp"
#include "net/peers/lookup_peer.hpp"
#include "net/protocol/lookup_channels.hpp"

#include <caf/io/middleman.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace cafq {

namespace {

/// How long a nsqlookupd is asked for the channels of a new topic: clients wait
/// for it, for 5 s.
constexpr auto most_asked_for = std::chrono::seconds{4};

/// Channels that a new topic takes over from other nodes. Whoever answers for a
/// nsqlookupd may name any number, and each costs memory and a name on disk.
constexpr size_t most_adopted = 1000;

} // namespace

discovery_state::discovery_state(discovery_actor::pointer ptr) : self(ptr) {
  // nop
}

// -- what there is ------------------------------------------------------------

template <class... Ts>
void discovery_state::tell_all(const Ts&... xs) {
  for (const auto& [address, x] : peers)
    if (x.ready)
      self->send(x.handle, xs...);
}

void discovery_state::topic(const std::string& key, bool exists) {
  if (exists)
    topology[key];
  else
    topology.erase(key);
  tell_all(atom::topic_v, key, exists);
}

void discovery_state::channel(const std::string& of, const std::string& key,
                              bool exists) {
  auto i = topology.find(of);
  if (i == topology.end())
    return;
  if (exists)
    i->second.insert(key);
  else
    i->second.erase(key);
  tell_all(atom::channel_v, of, key, exists);
}

// -- nsqlookupds --------------------------------------------------------------

void discovery_state::set_addresses(const lookupd_addresses& x) {
  addresses = x;
  const auto wanted = x.list.value_or(std::vector<std::string>{});
  std::erase_if(peers, [&](const auto& item) {
    const auto& [address, old] = item;
    const auto gone = std::find(wanted.begin(), wanted.end(), address)
                      == wanted.end();
    if (gone) {
      log::info("LOOKUPD({}): removing peer", address);
      self->send_exit(old.handle, caf::exit_reason::user_shutdown);
    }
    return gone;
  });
  auto& middleman = self->system().middleman();
  for (const auto& address : wanted) {
    if (peers.count(address) > 0)
      continue;
    const auto handle = middleman.spawn_broker(
      lookup_peer, address, settings.identity, discovery_actor{self});
    peers.emplace(address, peer{handle, handle, false, {}});
  }
}

discovery_state::peer* discovery_state::find(const topology_actor& who) {
  for (auto& [address, x] : peers)
    if (x.handle == who)
      return &x;
  return nullptr;
}

void discovery_state::greeted(const topology_actor& who,
                              const std::string& http_address) {
  auto* x = find(who);
  if (!x)
    return;
  x->ready = true;
  x->http_address = http_address;
  for (const auto& [topic, channels] : topology) {
    if (channels.empty())
      self->send(who, atom::topic_v, topic, true);
    for (const auto& channel : channels)
      self->send(who, atom::channel_v, topic, channel, true);
  }
}

void discovery_state::vacant(const topology_actor& who) {
  if (auto* x = find(who))
    x->ready = false;
}

// -- the channels of other nodes ----------------------------------------------

/// Channels of a topic on their way from the nsqlookupds.
struct channel_search {
  explicit channel_search(discovery_actor::pointer self, std::string name)
    : promise(self), topic(std::move(name)) {
    // nop
  }

  answer_promise<names_ptr> promise;
  std::string topic;
  std::set<std::string> found;
  /// Answers to come, and one until all questions are asked.
  size_t open = 1;

  /// Takes channels up to the most a topic is given.
  void add(const std::vector<std::string>& names, const std::string& url) {
    for (const auto& x : names) {
      if (found.size() >= most_adopted && found.count(x) == 0) {
        log::warn("{} names {} channels for the new topic {}, of which it gets "
                  "{} at most",
                  url, names.size(), topic, most_adopted);
        return;
      }
      found.insert(x);
    }
  }

  void answered() {
    if (--open > 0)
      return;
    promise.keep(names_ptr{
      std::make_shared<std::vector<std::string>>(found.begin(), found.end())});
  }
};

caf::result<names_ptr>
discovery_state::find_channels(const std::string& topic) {
  if (peers.empty())
    return names_ptr{};
  auto search = std::make_shared<channel_search>(self, topic);
  const auto result = search->promise.later();
  // As nsqd, those as well that have gone since.
  for (const auto& [address, x] : peers)
    if (!x.http_address.empty())
      ask_channels(x.http_address, search);
  if (search->open == 1)
    log::error("no nsqlookupd has said where to ask for the channels of {}",
               topic);
  search->answered();
  return result;
}

void discovery_state::ask_channels(const std::string& server,
                                   const std::shared_ptr<channel_search>& to) {
  ++to->open;
  const auto url = protocol::channels_url(server, to->topic);
  const auto id = ++asked_;
  open_.emplace(id, question{to->topic, server, self->clock().now()});
  http_request_ptr what{new http_request, false};
  what->url = url;
  // A nsqlookupd says where it is itself, and does not send us elsewhere.
  what->follow = false;
  self->request(settings.fetcher, most_asked_for, std::move(what))
    .then(
      [this, id, url, to](const http_reply_ptr& x) {
        open_.erase(id);
        const auto channels = protocol::read_channels(x->body);
        if (x->status == 200 && channels)
          to->add(*channels, url);
        else
          log::error("no channels from {} - {}", url,
                     x->error.empty() ? "status " + std::to_string(x->status)
                                      : x->error);
        to->answered();
      },
      [this, id, url, to](const caf::error& why) {
        open_.erase(id);
        log::error("no channels from {} - {}", url,
                   why == caf::sec::request_timeout ? "no answer within 4 s"
                                                    : render(why));
        to->answered();
      });
}

void discovery_state::stop(const caf::error& why) {
  for (auto& [address, x] : peers)
    self->send_exit(x.handle, caf::exit_reason::user_shutdown);
  self->quit(why);
}

// -- observers ----------------------------------------------------------------

std::vector<stat_actor> discovery_state::list() const {
  std::vector<stat_actor> result;
  for (const auto& [address, x] : peers)
    result.push_back(x.as_child);
  return result;
}

/// Tells who was asked, and has not answered.
void discovery_state::tell_questions(actor_stat& to) const {
  constexpr size_t most = 100;
  const auto now = self->clock().now();
  for (const auto& [id, x] : open_) {
    if (to.pending.size() == most)
      break;
    to.pending.push_back({x.topic,
                          awaited::outside(awaited::cause::server, x.server),
                          now - x.since});
  }
  // They are in the order in which they were asked.
  const auto& oldest = to.pending.front();
  to.is(actor_state::discovery_asking, oldest.age);
  to.waits_for = oldest.waits_for;
  to.ages.emplace_back("question", oldest.age);
}

actor_stat discovery_state::stat() const {
  auto result = stat_of(self, actor_state::discovery_alone, "discovery", 0);
  uint64_t ready = 0;
  for (const auto& [address, x] : peers) {
    ready += x.ready ? 1 : 0;
    result.peers.push_back(x.handle.id());
  }
  result.figures = discovery_figures{
    .topics = topology.size(),
    .lookupds = peers.size(),
    .ready = ready,
  };
  if (!peers.empty())
    result.is(ready == peers.size() ? actor_state::discovery_registered
                                    : actor_state::discovery_unregistered);
  if (!open_.empty())
    tell_questions(result);
  if (settings.fetcher)
    result.peers.push_back(settings.fetcher.id());
  return result;
}

discovery_actor::behavior_type
discovery(counting_pointer<discovery_actor, discovery_state> self,
          discovery_settings settings) {
  log_exceptions(self, "DISCOVERY");
  self->set_exit_handler(
    [self](const caf::exit_msg& x) { self->state.stop(x.reason); });
  self->state.settings = std::move(settings);
  self->state.set_addresses({self->state.settings.addresses});
  return {
    [self](atom::topic, const std::string& key, bool exists) {
      self->state.topic(key, exists);
    },
    [self](atom::channel, const std::string& of, const std::string& key,
           bool exists) { self->state.channel(of, key, exists); },
    [self](atom::find, const std::string& topic) {
      return self->state.find_channels(topic);
    },
    [self](atom::lookupd) { return self->state.addresses; },
    [self](atom::lookupd, const lookupd_addresses& x) {
      self->state.set_addresses(x);
      return x;
    },
    [self](atom::list) { return self->state.list(); },
    [self](atom::stat) { return self->state.stat(); },
    [self](atom::greeted, const topology_actor& who,
           const std::string& http_address) {
      self->state.greeted(who, http_address);
    },
    [self](atom::vacant, const topology_actor& who) {
      self->state.vacant(who);
    },
  };
}

} // namespace cafq
