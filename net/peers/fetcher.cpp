#include "net/peers/fetcher.hpp"

#include "actors/actor_support.hpp"

#include <caf/send.hpp>

#include <utility>

namespace cafq {

void fetcher_state::fetch(uint64_t id, const http_request_ptr& what) {
  client->fetch(what, [me = fetcher_actor{self}, id](http_reply_ptr x) {
    caf::anon_send(me, id, std::move(x));
  });
}

caf::result<http_reply_ptr> fetcher_state::ask(const http_request_ptr& what) {
  const auto id = ++requests;
  auto& x = open[id];
  x.what = what;
  x.since = self->clock().now();
  x.promise = answer_promise<http_reply_ptr>{self};
  const auto result = x.promise.later();
  fetch(id, what);
  return result;
}

void fetcher_state::done(uint64_t id, const http_reply_ptr& x) {
  const auto i = open.find(id);
  if (i == open.end())
    return;
  auto& [what, promise, since] = i->second;
  // Once at most: what comes of it is no URL in clear.
  if (auto url = https_url(what->url, *x); !url.empty()) {
    http_request_ptr again{new http_request, false};
    again->url = std::move(url);
    again->json = what->json;
    again->follow = what->follow;
    what = again;
    fetch(id, again);
    return;
  }
  promise.keep(x);
  open.erase(i);
}

actor_stat fetcher_state::stat() const {
  auto result = stat_of(self, actor_state::fetcher_idle, "", 0);
  if (!open.empty()) {
    const auto age = self->clock().now() - open.begin()->second.since;
    result.is(actor_state::fetcher_asking, age);
    result.waits_for = awaited::outside(awaited::cause::server);
    result.ages.emplace_back("request", age);
  }
  result.figures = fetcher_figures{
    .requests = requests,
    .open = open.size(),
  };
  return result;
}

fetcher_actor::behavior_type
fetcher(counting_pointer<fetcher_actor, fetcher_state> self,
        const http_client_settings& settings) {
  log_exceptions(self, "FETCHER");
  self->state.client = std::make_unique<http_client>(settings);
  return {
    [self](const http_request_ptr& what) { return self->state.ask(what); },
    [self](atom::stat) { return self->state.stat(); },
    [self](uint64_t id, const http_reply_ptr& x) { self->state.done(id, x); },
  };
}

} // namespace cafq
