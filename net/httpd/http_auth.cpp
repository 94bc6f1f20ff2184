#include "config/log.hpp"
#include "net/httpd/http_connection.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <variant>

// --http-auth-required: whoever publishes or administers shows the secret that
// an NSQ client sends by AUTH. Browsers come from our own pages.

namespace cafq {

namespace {

/// Says whether a grant covers what a request asks for: topics belong to those
/// who may publish to them, channels to those who may subscribe, and the node
/// to those who may publish to a topic that stands for it.
struct coverage {
  const auth::authorizations& grant;
  const std::string& admin_topic;

  bool operator()(const http::publish& x) const {
    return grant.may_publish(x.topic);
  }

  bool operator()(const http::topic_command& x) const {
    return grant.may_publish(x.topic);
  }

  bool operator()(const http::channel_command& x) const {
    return grant.may_subscribe(x.topic, x.channel);
  }

  bool operator()(const peek_query& x) const {
    return grant.may_subscribe(x.topic, x.channel);
  }

  /// Says what is wrong with the request, and does nothing.
  bool operator()(const http::response&) const {
    return true;
  }

  template <class Other>
  bool operator()(const Other&) const {
    return !admin_topic.empty() && grant.may_publish(admin_topic);
  }
};

} // namespace

/// Answers a browser that a page of some other site has sent here.
http::response http_connection_state::refuse_browser() {
  constexpr size_t longest = 100;
  const auto& head = parser.head();
  const auto cut = [](std::string_view x) {
    return x.substr(0, longest);
  };
  if (settings->guard_log->due(self->clock().now()))
    log::warn(
      "HTTP: [{}] refused {} {} of a browser, Host \"{}\", Origin \"{}\"; "
      "--http-allowed-hosts has the names of this node",
      socket.peer(), cut(head.method), cut(head.target), cut(head.host),
      cut(head.origin.value_or("")));
  return http::failure(403, "FORBIDDEN");
}

void http_connection_state::perform(http::effect& x) {
  std::visit([this](auto& y) { on(y); }, x);
}

bool http_connection_state::lacks_secret() const {
  return settings->authorizer && http::needs_secret(route->target)
         && parser.head().secret.empty();
}

/// Performs an effect if the client may have it.
/// @pre A secret is shown.
void http_connection_state::authorize(http::effect x) {
  const auto& shown = parser.head().secret;
  if (gate.holds(shown, self->clock().now())) {
    perform_if_granted(x);
    return;
  }
  gate.show(shown);
  due = http_answer::grant;
  auto done = [this, x](const grant_ptr& found) mutable {
    if (phase == http_phase::closed)
      return;
    gate.open(found, self->clock().now());
    due = http_answer::other;
    if (found)
      perform_if_granted(x);
    else
      answer(http::unauthorized("AUTH_FAILED"));
    run();
  };
  self
    ->request(settings->authorizer, caf::infinite,
              question_of(gate.secret(), socket))
    .then(done, [done](const caf::error&) mutable { done(nullptr); });
}

void http_connection_state::perform_if_granted(http::effect& x) {
  if (std::visit(coverage{*gate.grant(), settings->admin_topic}, x))
    perform(x);
  else
    answer(http::failure(403, "UNAUTHORIZED"));
}

} // namespace cafq
