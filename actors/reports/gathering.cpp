#include "actors/reports/gathering.hpp"

#include "actors/unix_time.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace cafq {

namespace {

/// Questions under way at a time. Few enough that actors do other work in
/// between, and that CAF, which looks for the question of an answer one by one,
/// finds it soon.
constexpr size_t most_open = 64;

/// How long a question may be open to those who may have to wait for a disk.
/// All others answer, or end.
const caf::duration a_while{std::chrono::seconds{1}};

bool by_name(const actor_stat& x, const actor_stat& y) {
  return x.name < y.name;
}

} // namespace

gathering::gathering(collector_actor::pointer self,
                     const collector_sources& sources, gathering_scope whom,
                     callback done)
  : self_(self),
    sources_(sources),
    whom_(std::move(whom)),
    done_(std::move(done)) {
  // nop
}

void gathering::start() {
  if (sources_.node)
    ask_topics();
  if (whom_.everybody) {
    if (sources_.node)
      ask_stat(sources_.node, caf::infinite, report_.others);
    ask_stat(sources_.clients, caf::infinite, report_.others);
    const auto known = sources_.directory->list();
    for (const auto& parent : known.parents) {
      ask_stat(parent, caf::infinite, report_.others);
      ask_children(parent, report_.others);
    }
    for (const auto& actor : known.others)
      ask_stat(actor, a_while, report_.others);
  }
  if (whom_.everybody || whom_.clients)
    ask_children(sources_.clients, report_.connections);
  pump();
}

void gathering::cancel() {
  asks_.clear();
  done_ = nullptr;
}

/// Asks one question; who does not answer is left out.
template <class Result, class Handle, class F, class... Ts>
void gathering::ask(const Handle& who, const caf::duration& patience,
                    F on_answer, Ts... xs) {
  self_->request(who, patience, xs...)
    .then(
      [me = shared_from_this(), on_answer](Result& x) {
        on_answer(x);
        me->answered();
      },
      [me = shared_from_this()](const caf::error&) { me->answered(); });
}

void gathering::ask_topics() {
  if (whom_.topics.empty()) {
    enqueue([this] {
      ask<std::vector<topic_actor>>(
        sources_.node, caf::infinite,
        [this](const std::vector<topic_actor>& list) {
          for (const auto& x : list)
            ask_topic(x);
        },
        atom::list_v);
    });
    return;
  }
  report_.topic_found = false;
  for (const auto& name : whom_.topics)
    enqueue([this, name] {
      ask<topic_actor>(
        sources_.node, caf::infinite,
        [this](const topic_actor& x) {
          report_.topic_found = true;
          ask_topic(x);
        },
        atom::find_v, name);
    });
}

void gathering::ask_topic(const topic_actor& who) {
  enqueue([this, who] {
    ask<actor_stat>(
      who, caf::infinite,
      [this, who](actor_stat& x) {
        report_.topics.push_back({std::move(x), {}});
        ask_channels(report_.topics.size() - 1, who);
      },
      atom::stat_v);
  });
}

void gathering::ask_channels(size_t topic, const topic_actor& who) {
  if (report_.topics[topic].self.figure(&topic_figures::channels) == 0)
    return;
  enqueue([this, topic, who] {
    if (whom_.channel.empty())
      ask<std::vector<channel_actor>>(
        who, caf::infinite,
        [this, topic](const std::vector<channel_actor>& list) {
          for (const auto& x : list)
            ask_channel(topic, x);
        },
        atom::list_v);
    else
      ask<channel_actor>(
        who, caf::infinite,
        [this, topic](const channel_actor& x) { ask_channel(topic, x); },
        atom::find_v, whom_.channel);
  });
}

void gathering::ask_channel(size_t topic, const channel_actor& who) {
  enqueue([this, topic, who] {
    ask<actor_stat>(
      who, caf::infinite,
      [this, topic](actor_stat& x) {
        report_.topics[topic].channels.push_back(std::move(x));
      },
      atom::stat_v);
  });
}

void gathering::ask_children(const parent_actor& who,
                             std::vector<actor_stat>& to) {
  enqueue([this, who, &to] {
    ask<std::vector<stat_actor>>(
      who, caf::infinite,
      [this, &to](const std::vector<stat_actor>& list) {
        for (const auto& x : list)
          ask_stat(x, caf::infinite, to);
      },
      atom::list_v);
  });
}

template <class Handle>
void gathering::ask_stat(const Handle& who, const caf::duration& patience,
                         std::vector<actor_stat>& to) {
  enqueue([this, who, patience, &to] {
    ask<actor_stat>(
      who, patience, [&to](actor_stat& x) { to.push_back(std::move(x)); },
      atom::stat_v);
  });
}

/// Asks when few enough questions are open.
void gathering::enqueue(std::function<void()> ask) {
  asks_.push_back(std::move(ask));
}

void gathering::answered() {
  --open_;
  pump();
}

void gathering::pump() {
  while (open_ < most_open && !asks_.empty()) {
    const auto ask = std::move(asks_.front());
    asks_.pop_front();
    ++open_;
    ask();
  }
  if (open_ == 0 && asks_.empty() && done_)
    finish();
}

void gathering::finish() {
  if (!whom_.channel.empty())
    std::erase_if(report_.topics,
                  [](const auto& x) { return x.channels.empty(); });
  std::sort(
    report_.topics.begin(), report_.topics.end(),
    [](const auto& x, const auto& y) { return by_name(x.self, y.self); });
  for (auto& x : report_.topics)
    std::sort(x.channels.begin(), x.channels.end(), by_name);
  report_.quantiles = sources_.quantiles;
  report_.started = sources_.started;
  report_.now = unix_time_ns();
  std::exchange(done_, nullptr)(std::move(report_));
}

} // namespace cafq
