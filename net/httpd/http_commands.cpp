#include "actors/error.hpp"
#include "actors/metrics.hpp"
#include "actors/unix_time.hpp"
#include "net/http/options_json.hpp"
#include "net/httpd/http_connection.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace cafq {

using http::operation;

namespace {

/// nsqd's words.
constexpr std::string_view no_topic = "TOPIC_NOT_FOUND";
constexpr std::string_view no_channel = "CHANNEL_NOT_FOUND";

/// How long a new name, or the end of one, may take: it has to be on disk.
constexpr auto node_patience = std::chrono::seconds{5};

/// How often a publish is tried if its topic is deleted under its hands.
constexpr int most_publish_tries = 3;

/// How much later than promised messages may be on disk.
constexpr auto most_late = std::chrono::seconds{1};

} // namespace

void http_connection_state::on(http::response& x) {
  answer(std::move(x));
}

// -- publishing ---------------------------------------------------------------

void http_connection_state::on(http::publish& x) {
  publishing.emplace(std::move(x));
  publish_tries = most_publish_tries;
  due = http_answer::publish;
  find_topic();
}

void http_connection_state::find_topic() {
  if (const auto* known = topics.find(publishing->topic())) {
    publish_to(*known);
    return;
  }
  if (publish_tries-- == 0) {
    refused(last_ticket, {});
    return;
  }
  self
    ->request(settings->node, node_patience, atom::topic_v, publishing->topic())
    .then(
      [this](const topic_actor& found) {
        remember_topic(publishing->topic(), found);
        publish_to(found);
        run();
      },
      [this](const caf::error& why) {
        if (why == ec::too_many_topics) {
          publishing.reset();
          fail(why, {});
          return;
        }
        refused(last_ticket, why == caf::sec::request_timeout
                               ? std::string{settings->health->why_late()}
                               : std::string{});
        run();
      });
}

void http_connection_state::remember_topic(const std::string& topic,
                                           const topic_actor& handle) {
  // No put is open now, so any of them can go.
  const auto any = [](const topic_actor&) {
    return true;
  };
  topics.add(topic, handle, most_topic_names(*settings->clients), any,
             [this](const topic_actor& x) { watch(x, false); });
  watch(handle, true);
}

/// Asks to be told of the end of a topic, or no more.
void http_connection_state::watch(const stat_actor& whom, bool on) {
  self->send(listener, atom::watch_v, uint64_t{self->id()}, whom, on);
}

void http_connection_state::publish_to(const topic_actor& to) {
  if (!publishing->pack(unix_time_ns(), self->clock().now())) {
    packing = true;
    turn.ask<http_connection_actor>(self);
    return;
  }
  auto& failed = publishing->failed();
  if (failed || publishing->messages() == 0) {
    auto x = failed ? std::move(*failed) : http::text_ok("OK");
    publishing.reset();
    answer(std::move(x));
    return;
  }
  parser.drop_body();
  large.shrink_to(publishing->memory());
  large.becomes_messages();
  put_to = to.address();
  self->send(to, atom::put_v, publishing->take(), client_actor{self},
             ++last_ticket);
}

void http_connection_state::accepted(ticket t) {
  if (t != last_ticket || !publishing)
    return;
  published += publishing->messages();
  publishing.reset();
  put_to = nullptr;
  answer(http::text_ok("OK"));
  run();
}

void http_connection_state::refused(ticket t, const std::string& why) {
  if (t != last_ticket || !publishing)
    return;
  publishing.reset();
  put_to = nullptr;
  answer(http::failure(503, why.empty() ? "EXITING" : "PUB_FAILED - " + why));
  run();
}

void http_connection_state::down(const caf::actor_addr& who) {
  topics.forget_if([&](const topic_actor& x) { return x.address() == who; });
  if (put_to && put_to == who) {
    put_to = nullptr;
    publish_again();
  }
}

/// A topic has ended without an answer. If it was deleted, nothing is left of
/// what it may have taken; one that has failed may have taken it to the disk.
void http_connection_state::publish_again() {
  self
    ->request(settings->node, node_patience, atom::find_v, publishing->topic())
    .then([this](const topic_actor&) { refused(last_ticket, {}); },
          [this](const caf::error& why) {
            if (why != ec::no_such_topic) {
              refused(last_ticket, {});
              return;
            }
            publishing->again();
            find_topic();
          });
}

// -- topics and channels ------------------------------------------------------

/// Sends a command that succeeds or fails, and answers accordingly.
/// @param token What it is if whom it goes to has ended meanwhile.
template <class Result, class Handle, class... Ts>
void http_connection_state::perform(const Handle& who, std::string_view token,
                                    Ts... xs) {
  self->request(who, node_patience, xs...)
    .then(
      [this](const Result&) {
        answer(http::empty_ok());
        run();
      },
      [this, token](const caf::error& why) { fail(why, token); });
}

void http_connection_state::fail(const caf::error& why,
                                 std::string_view token) {
  if (why == ec::no_such_topic)
    answer(http::failure(404, no_topic));
  else if (why == ec::too_many_topics)
    answer(http::failure(403, "TOO_MANY_TOPICS"));
  else if (why == ec::too_many_channels)
    answer(http::failure(403, "TOO_MANY_CHANNELS"));
  else if (why == ec::no_such_channel)
    answer(http::failure(404, no_channel));
  else if (why == ec::too_long)
    answer(http::failure(503, "ANSWER_TOO_LONG"));
  else if (why == ec::no_such_message)
    answer(http::failure(404, "MESSAGE_NOT_FOUND"));
  else if (why == ec::too_many_looks)
    answer(http::failure(503, "TOO_MANY_LOOKS"));
  else if (why == ec::backup_runs)
    answer(http::failure(503, "BACKUP_RUNS - one at a time"));
  else if (why == ec::failed)
    answer(http::failure(503, "TOPIC_FAILED"));
  else if (why == caf::sec::request_receiver_down)
    answer(http::failure(404, token));
  else if (why == caf::sec::request_timeout)
    answer(http::failure(503, settings->health->why_late()));
  else
    answer(http::failure(500, "INTERNAL_ERROR"));
  run();
}

void http_connection_state::on(const http::topic_command& x) {
  const auto& node = settings->node;
  if (x.what == operation::create) {
    perform<topic_actor>(node, no_topic, atom::topic_v, x.topic);
    return;
  }
  if (x.what == operation::erase) {
    // Or the next publish would go to the one that ends.
    if (const auto known = topics.take(x.topic))
      watch(known, false);
    perform<atom::erase>(node, no_topic, atom::erase_v, x.topic);
    return;
  }
  self->request(node, node_patience, atom::find_v, x.topic)
    .then(
      [this, what = x.what](const topic_actor& found) {
        if (what == operation::empty)
          perform<atom::empty>(found, no_topic, atom::empty_v);
        else
          perform<atom::pause>(found, no_topic, atom::pause_v,
                               what == operation::pause);
      },
      [this](const caf::error& why) { fail(why, no_topic); });
}

void http_connection_state::on(const http::channel_command& x) {
  self->request(settings->node, node_patience, atom::find_v, x.topic)
    .then([this, x](const topic_actor& found) { perform(found, x); },
          [this](const caf::error& why) { fail(why, no_topic); });
}

void http_connection_state::perform(const topic_actor& who,
                                    const http::channel_command& x) {
  if (x.what == operation::create) {
    perform<channel_actor>(who, no_topic, atom::channel_v, x.channel);
    return;
  }
  if (x.what == operation::erase) {
    perform<atom::erase>(who, no_topic, atom::erase_v, x.channel);
    return;
  }
  self->request(who, node_patience, atom::find_v, x.channel)
    .then(
      [this, what = x.what](const channel_actor& found) {
        if (what == operation::empty)
          perform<atom::empty>(found, no_channel, atom::empty_v);
        else
          perform<atom::pause>(found, no_channel, atom::pause_v,
                               what == operation::pause);
      },
      [this](const caf::error& why) { fail(why, no_channel); });
}

// -- the node -----------------------------------------------------------------

void http_connection_state::on(const report_request& x) {
  self->request(settings->collector, caf::infinite, atom::list_v, x)
    .then(
      [this, how = x.how](const report_text_ptr& text) {
        http::response result;
        using form = report_request::form;
        if (how == form::metrics) {
          result.v1 = false;
          result.kind = http::response::type::other;
          result.content_type = "text/plain; version=0.0.4; charset=utf-8";
        } else if (how == form::actors_dot) {
          result.v1 = false;
          result.kind = http::response::type::other;
          result.content_type = "text/vnd.graphviz; charset=utf-8";
        } else {
          const auto plain = how == form::stats_text || how == form::why_text;
          result.v1 = how == form::stats_json || how == form::stats_text;
          result.kind = plain ? http::response::type::text
                              : http::response::type::json;
        }
        answer(std::move(result), text);
      },
      [this](const caf::error& why) { fail(why, "NOT_FOUND"); });
}

/// Answers with a text that may be taken back before it has left.
void http_connection_state::answer(http::response with,
                                   const report_text_ptr& text) {
  with.shared_body = text->get();
  if (with.shared_body) {
    report = text;
    answer(std::move(with));
  } else {
    answer(http::failure(503, "TOO_MANY_REPORTS"));
  }
  run();
}

void http_connection_state::on(const lookup::request& x) {
  self->request(settings->registry, caf::infinite, atom::find_v, x)
    .then(
      [this](const report_text_ptr& text) {
        auto result = http::empty_ok();
        if (text) {
          result.kind = http::response::type::json;
          answer(std::move(result), text);
          return;
        }
        answer(std::move(result));
        run();
      },
      [this](const caf::error& why) { fail(why, "NOT_FOUND"); });
}

void http_connection_state::on(const peek_query& x) {
  self->request(settings->peeker, caf::infinite, atom::peek_v, x)
    .then(
      [this](const report_text_ptr& text) {
        http::response result;
        result.v1 = false;
        result.kind = http::response::type::json;
        answer(std::move(result), text);
      },
      [this](const caf::error& why) { fail(why, no_channel); });
}

void http_connection_state::on(const http::config_command& x) {
  if (x.option == http::lookupd_option) {
    on_addresses(x.value);
    return;
  }
  const auto& options = settings->options;
  answer(x.value ? http::set_option(options, x.option, *x.value)
                 : http::get_option(options, x.option));
}

void http_connection_state::on_addresses(
  const std::optional<std::string>& value) {
  auto told = [this](const lookupd_addresses& x) {
    answer(http::tell_addresses(x.list));
    run();
  };
  auto failed = [this](const caf::error& why) {
    fail(why, "NOT_FOUND");
  };
  const auto& who = settings->discovery;
  if (!value) {
    self->request(who, node_patience, atom::lookupd_v).then(told, failed);
    return;
  }
  const auto wanted = http::parse_addresses(*value);
  if (!wanted) {
    answer(http::failure(400, "INVALID_VALUE"));
    return;
  }
  self->request(who, node_patience, atom::lookupd_v, lookupd_addresses{*wanted})
    .then(told, failed);
}

/// Returns why new work should go elsewhere for a while, empty if it need not.
std::string http_connection_state::not_ready() const {
  const auto now = self->clock().now();
  const auto late = metrics().unsaved_age(now)
                    - settings->options.sync_interval;
  if (late > most_late)
    return "messages are not on disk in time";
  return settings->memory->trouble(now);
}

void http_connection_state::on(const http::node_command& x) {
  if (x.what == http::endpoint::info) {
    answer(http::get_info(settings->options, settings->info));
    return;
  }
  auto result = http::text_ok("OK");
  std::string trouble;
  // A process that starts anew finds the disk as full as this one.
  if (x.what != http::endpoint::live && !settings->health->ok())
    trouble = settings->health->reason();
  else if (x.what == http::endpoint::ready)
    trouble = not_ready();
  if (!trouble.empty()) {
    result.status = x.what == http::endpoint::ping ? 500 : 503;
    result.body = "NOK - " + trouble;
  }
  result.v1 = false;
  answer(std::move(result));
}

} // namespace cafq
