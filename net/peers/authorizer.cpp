#include "net/peers/authorizer.hpp"

#include "actors/actor_support.hpp"
#include "config/secrets.hpp"
#include "net/loop/client_socket.hpp"

#include <utility>

namespace cafq {

namespace {

/// @throws auth::bad_answer
grant_ptr read(const http_reply& x) {
  if (x.status == 0)
    throw auth::bad_answer(x.error);
  if (x.status != 200)
    throw auth::bad_answer("got response " + std::to_string(x.status));
  return std::make_shared<const auth::authorizations>(x.body);
}

} // namespace

auth_question_ptr
question_of(const std::string& secret, const client_socket& client) {
  auth_question_ptr result{new auth_question, false};
  result->secret = secret;
  result->remote_ip = client.peer_ip();
  result->tls = client.tls() != nullptr;
  if (result->tls)
    result->common_name = client.tls()->details().common_name;
  return result;
}

authorizer_state::authorizer_state(authorizer_actor::pointer ptr) : self(ptr) {
  // nop
}

void authorizer_state::ask(auth_question_ptr what,
                           const reply_promise& answer_to) {
  ++questions;
  // In turn, so that all servers have their share.
  const auto server = next++ % settings.servers.size();
  ask(what, server, settings.servers.size(), answer_to);
}

void authorizer_state::ask(const auth_question_ptr& what, size_t server,
                           size_t left, const reply_promise& answer_to) {
  const auto& address = settings.servers[server];
  http_request_ptr request{new http_request, false};
  request->url = auth::url_of(address);
  if (settings.post)
    request->json = auth::to_json(*what);
  else
    request->url += "?" + auth::to_query(*what);
  const auto id = ++requests;
  open.emplace(id, asked{server, self->clock().now()});
  const auto failed = [=, this](const std::string& why) {
    log::warn("AUTH: failed to auth against {} - {}",
              config::without_secret(settings.servers[server]), why);
    if (left > 1) {
      ask(what, (server + 1) % settings.servers.size(), left - 1, answer_to);
      return;
    }
    ++failures;
    answer_to->keep(nullptr);
  };
  self->request(fetcher, caf::infinite, std::move(request))
    .then(
      [=, this](const http_reply_ptr& x) {
        open.erase(id);
        try {
          answer_to->keep(read(*x));
        } catch (const auth::bad_answer& ex) {
          failed(ex.what());
        }
      },
      [=, this](const caf::error& why) {
        open.erase(id);
        failed(render(why));
      });
}

actor_stat authorizer_state::stat() const {
  auto result = stat_of(self, actor_state::authorizer_idle, "", 0);
  if (!open.empty()) {
    const auto& oldest = open.begin()->second;
    const auto age = self->clock().now() - oldest.since;
    result.is(actor_state::authorizer_asking, age);
    result.waits_for = awaited::outside(
      awaited::cause::server,
      config::without_secret(settings.servers[oldest.server]));
    result.ages.emplace_back("question", age);
  }
  result.figures = authorizer_figures{
    .questions = questions,
    .failures = failures,
  };
  result.peers = {fetcher.id()};
  return result;
}

authorizer_actor::behavior_type
authorizer(counting_pointer<authorizer_actor, authorizer_state> self,
           const fetcher_actor& fetcher, const authorizer_settings& settings) {
  log_exceptions(self, "AUTH");
  self->state.fetcher = fetcher;
  self->state.settings = settings;
  return {
    [self](const auth_question_ptr& what) {
      const auto promise = std::make_shared<answer_promise<grant_ptr>>(self);
      self->state.ask(what, promise);
      return promise->later();
    },
    [self](atom::stat) { return self->state.stat(); },
  };
}

} // namespace cafq
