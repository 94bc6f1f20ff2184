#include "actors/stats_collector.hpp"

#include "actors/actor_support.hpp"
#include "actors/stats_render.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace cafq {

namespace {

/// Questions under way at a time. Few enough that actors do other work in
/// between, and that CAF, which looks for the question of an answer one by one,
/// finds it soon.
constexpr size_t most_open = 64;

/// How long nothing may be heard of connections and the store.
constexpr auto patience = std::chrono::seconds{1};

int64_t unix_time_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
           std::chrono::system_clock::now().time_since_epoch())
    .count();
}

bool by_name(const actor_stat& x, const actor_stat& y) {
  return x.name < y.name;
}

} // namespace

collector_state::collector_state(collector_actor::pointer ptr) : self(ptr) {
  // nop
}

void collector_state::start(const report_request& x,
                            std::function<void(node_report&&)> done) {
  how = x;
  on_done = std::move(done);
  const auto all = how.how == report_request::form::actors_json
                   || how.how == report_request::form::actors_dot
                   || how.how == report_request::form::metrics;
  enqueue([this] { ask_topics(); });
  if (all) {
    ask_stat(sources.node, report.others);
    ask_stat(sources.clients, report.others);
    const auto known = sources.directory->list();
    for (const auto& parent : known.parents) {
      ask_stat(parent, report.others);
      ask_children(parent, report.others);
    }
    for (const auto& actor : known.others)
      ask_optional(actor, report.others);
  }
  if (all || how.include_clients)
    ask_children(sources.clients, report.connections);
  pump();
  self->delayed_send(self, patience, atom::tick_v);
}

void collector_state::ask_topics() {
  if (!how.topic.empty()) {
    self->request(sources.node, caf::infinite, atom::find_v, how.topic)
      .then(
        [this](const topic_actor& x) {
          ask_topic(x);
          answered();
        },
        [this](const caf::error&) {
          report.topic_found = false;
          answered();
        });
    return;
  }
  self->request(sources.node, caf::infinite, atom::list_v)
    .then(
      [this](const std::vector<topic_actor>& list) {
        for (const auto& x : list)
          ask_topic(x);
        answered();
      },
      [this](const caf::error&) { answered(); });
}

void collector_state::ask_topic(const topic_actor& who) {
  enqueue([this, who] {
    self->request(who, caf::infinite, atom::stat_v)
      .then(
        [this, who](actor_stat& x) {
          report.topics.push_back({std::move(x), {}});
          ask_channels(report.topics.size() - 1, who);
          answered();
        },
        // It was deleted meanwhile.
        [this](const caf::error&) { answered(); });
  });
}

void collector_state::ask_channels(size_t topic, const topic_actor& who) {
  if (report.topics[topic].self.counter("channels") == 0)
    return;
  enqueue([this, topic, who] {
    auto failed = [this](const caf::error&) {
      answered();
    };
    if (!how.channel.empty()) {
      self->request(who, caf::infinite, atom::find_v, how.channel)
        .then(
          [this, topic](const channel_actor& x) {
            ask_channel(topic, x);
            answered();
          },
          failed);
      return;
    }
    self->request(who, caf::infinite, atom::list_v)
      .then(
        [this, topic](const std::vector<channel_actor>& list) {
          for (const auto& x : list)
            ask_channel(topic, x);
          answered();
        },
        failed);
  });
}

void collector_state::ask_channel(size_t topic, const channel_actor& who) {
  enqueue([this, topic, who] {
    self->request(who, caf::infinite, atom::stat_v)
      .then(
        [this, topic](actor_stat& x) {
          report.topics[topic].channels.push_back(std::move(x));
          answered();
        },
        [this](const caf::error&) { answered(); });
  });
}

void collector_state::ask_children(const parent_actor& who,
                                   std::vector<actor_stat>& to) {
  enqueue([this, who, &to] {
    self->request(who, caf::infinite, atom::list_v)
      .then(
        [this, &to](const std::vector<stat_actor>& list) {
          for (const auto& x : list)
            ask_optional(x, to);
          answered();
        },
        [this](const caf::error&) { answered(); });
  });
}

void collector_state::ask_optional(const stat_actor& who,
                                   std::vector<actor_stat>& to) {
  enqueue([this, who, &to] {
    ++open_optional_;
    self->request(who, caf::infinite, atom::stat_v)
      .then(
        [this, &to](actor_stat& x) {
          --open_optional_;
          to.push_back(std::move(x));
          answered();
        },
        [this](const caf::error&) {
          --open_optional_;
          answered();
        });
  });
}

template <class Handle>
void collector_state::ask_stat(const Handle& who, std::vector<actor_stat>& to) {
  enqueue([this, who, &to] {
    self->request(who, caf::infinite, atom::stat_v)
      .then(
        [this, &to](actor_stat& x) {
          to.push_back(std::move(x));
          answered();
        },
        [this](const caf::error&) { answered(); });
  });
}

void collector_state::enqueue(std::function<void()> ask) {
  asks_.push_back(std::move(ask));
}

void collector_state::tick() {
  if (open_ == open_optional_ && answers_ == answers_at_tick_) {
    finish();
    return;
  }
  answers_at_tick_ = answers_;
  self->delayed_send(self, patience, atom::tick_v);
}

void collector_state::answered() {
  --open_;
  ++answers_;
  pump();
}

void collector_state::pump() {
  while (open_ < most_open && !asks_.empty()) {
    auto ask = std::move(asks_.front());
    asks_.pop_front();
    ++open_;
    ask();
  }
  if (open_ == 0 && asks_.empty())
    finish();
}

void collector_state::finish() {
  if (!how.channel.empty())
    std::erase_if(report.topics,
                  [](const auto& x) { return x.channels.empty(); });
  std::sort(
    report.topics.begin(), report.topics.end(),
    [](const auto& x, const auto& y) { return by_name(x.self, y.self); });
  for (auto& x : report.topics)
    std::sort(x.channels.begin(), x.channels.end(), by_name);
  report.quantiles = sources.quantiles;
  report.started = sources.started;
  report.now = unix_time_ns();
  on_done(std::move(report));
  self->quit();
}

collector_actor::behavior_type
stats_collector(collector_actor::stateful_pointer<collector_state> self,
                const collector_sources& sources) {
  log_exceptions(self, "COLLECTOR");
  self->state.sources = sources;
  return {
    [self](atom::list, const report_request& how) {
      auto promise = self->make_response_promise<text_ptr>();
      self->state.start(how, [promise, how](node_report&& x) mutable {
        promise.deliver(
          text_ptr{std::make_shared<const std::string>(render(x, how))});
      });
      return promise;
    },
    [self](atom::stat, const report_request& how) {
      auto promise = self->make_response_promise<report_ptr>();
      self->state.start(how, [promise](node_report&& x) mutable {
        promise.deliver(
          report_ptr{std::make_shared<const node_report>(std::move(x))});
      });
      return promise;
    },
    [self](atom::tick) { self->state.tick(); },
  };
}

} // namespace cafq
