#include "config/log.hpp"
#include "net/http_connection.hpp"

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

/// Performs an effect if the client may have it.
void http_connection_state::authorize(http::effect x) {
  const auto& shown = parser.head().secret;
  if (shown.empty()) {
    answer(http::unauthorized("AUTH_REQUIRED"));
    return;
  }
  if (grant && shown == secret && self->clock().now() <= grant_ends) {
    perform_if_granted(x);
    return;
  }
  secret = shown;
  auth_question_ptr what{new auth_question, false};
  what->secret = secret;
  what->remote_ip = socket.peer_ip();
  what->tls = socket.tls() != nullptr;
  if (what->tls)
    what->common_name = socket.tls()->details().common_name;
  auto done = [this, x](const grant_ptr& found) mutable {
    if (end == ending::closed)
      return;
    grant = found;
    if (!grant) {
      answer(http::unauthorized("AUTH_FAILED"));
    } else {
      grant_ends = self->clock().now() + grant->ttl();
      perform_if_granted(x);
    }
    run();
  };
  self->request(settings->authorizer, caf::infinite, std::move(what))
    .then(done, [done](const caf::error&) mutable { done(nullptr); });
}

void http_connection_state::perform_if_granted(http::effect& x) {
  if (std::visit(coverage{*grant, settings->admin_topic}, x))
    perform(x);
  else
    answer(http::failure(403, "UNAUTHORIZED"));
}

} // namespace cafq
