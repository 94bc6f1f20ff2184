#include "actors/stats_collector.hpp"

#include "actors/actor_support.hpp"
#include "actors/gathering.hpp"
#include "actors/stats_render.hpp"
#include "actors/why.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <numeric>
#include <utility>

#include <sys/resource.h>
#include <unistd.h>

namespace cafq {

namespace {

using form = report_request::form;

/// How old a /metrics may be that is told again.
constexpr auto metrics_age = std::chrono::seconds{1};

/// Of a thread that has all the time in the world, next to those that carry
/// messages.
constexpr int niceness = 5;

/// Between two looks at what moves.
constexpr auto look_interval = std::chrono::milliseconds{500};

/// Whether one gathering can answer both.
bool share_scope(const report_request& x, const report_request& y) {
  return x.topic == y.topic && x.channel == y.channel
         && x.asks_why() == y.asks_why();
}

bool about_everybody(const report_request& x) {
  using kind = report_view::kind;
  if (x.how == form::stream)
    return x.view.what != kind::topics;
  return x.how == form::actors_json || x.how == form::actors_dot
         || x.how == form::metrics || x.asks_why();
}

ec error_for(unknown x) {
  return x == unknown::topic ? ec::no_such_topic : ec::no_such_channel;
}

} // namespace

collector_state::collector_state(collector_actor::pointer ptr) : self(ptr) {
  // nop
}

// -- questions ----------------------------------------------------------------

caf::result<report_text_ptr> collector_state::tell(const report_request& what) {
  if (what.how == form::metrics && metrics_ && metrics_->get())
    return metrics_;
  const auto from = caf::actor_cast<caf::actor_addr>(self->current_sender());
  text_promise x{self};
  const auto result = x.later();
  add({what, std::move(x), from});
  return result;
}

caf::result<report_ptr> collector_state::gather(const report_request& what) {
  const auto from = caf::actor_cast<caf::actor_addr>(self->current_sender());
  report_promise x{self};
  const auto result = x.later();
  add({what, std::move(x), from});
  return result;
}

void collector_state::add(question x) {
  // Whoever goes needs no answer.
  self->monitor(x.from);
  waiting_.push_back(std::move(x));
  if (!busy())
    gather_next();
}

void collector_state::forget(const caf::actor_addr& who) {
  const auto is_it = [&](const question& x) {
    return x.from == who;
  };
  std::erase_if(waiting_, is_it);
  std::erase_if(served_, is_it);
  if (served_.empty())
    next();
}

// -- one after the other ------------------------------------------------------

/// Gathers for the first who waits, and for all whom that answers as well.
void collector_state::gather_next() {
  const auto first = waiting_.front().what;
  std::deque<question> others;
  gathering::scope whom{first.topic, first.channel, false, false};
  for (auto& x : waiting_) {
    if (!share_scope(x.what, first)) {
      others.push_back(std::move(x));
      continue;
    }
    whom.clients = whom.clients || x.what.include_clients;
    whom.everybody = whom.everybody || about_everybody(x.what);
    served_.push_back(std::move(x));
  }
  waiting_.swap(others);
  begun_ = self->clock().now();
  if (first.asks_why())
    look_first(first);
  else
    start(std::move(whom));
}

void collector_state::start(gathering_scope whom) {
  ++gatherings_;
  gathering_ = std::make_shared<gathering>(
    self, sources, std::move(whom),
    [this](node_report&& x) { gathered(std::move(x)); });
  gathering_->start();
}

/// Whoever asks why wants to know what moves, which takes two looks.
void collector_state::look_first(const report_request& what) {
  ++gatherings_;
  gathering_ = std::make_shared<gathering>(
    self, sources, gathering_scope{what.topic, what.channel, false, false},
    [this](node_report&& x) { looked(std::move(x)); });
  gathering_->start();
}

void collector_state::looked(node_report&& x) {
  gathering_ = nullptr;
  before_ = std::make_shared<const node_report>(std::move(x));
  ++looks_;
  if (before_->topics.empty())
    self->send(self, atom::watch_v, looks_);
  else
    self->delayed_send(self, look_interval, atom::watch_v, looks_);
}

void collector_state::look_again(uint64_t number) {
  if (number != looks_ || !before_ || served_.empty())
    return;
  const auto& what = served_.front().what;
  start({what.topic, what.channel, true, true});
}

void collector_state::gathered(node_report&& x) {
  gathering_ = nullptr;
  x.before = std::exchange(before_, nullptr);
  report_ = std::make_shared<const node_report>(std::move(x));
  self->send(self, atom::resume_v);
}

/// Those who go meanwhile are forgotten in between.
void collector_state::write() {
  if (!busy() && !waiting_.empty()) {
    gather_next();
    return;
  }
  if (!report_ || served_.empty())
    return;
  if (auto* x = std::get_if<report_promise>(&served_.back().answer_to)) {
    x->keep(report_);
    answered(std::prev(served_.end()));
  } else {
    write_text(report_request{served_.back().what});
  }
  if (served_.empty())
    next();
  else
    self->send(self, atom::resume_v);
}

/// Writes one form, for all who want it.
void collector_state::write_text(const report_request& what) {
  report_text_ptr text;
  auto why_not = unknown::nothing;
  if (what.asks_why())
    why_not = missing(*report_, what);
  if (why_not == unknown::nothing) {
    text = std::make_shared<report_text>(render(*report_, what));
    limit_texts(text);
  }
  if (what.how == form::metrics)
    keep_metrics(text);
  for (auto i = served_.begin(); i != served_.end();) {
    auto* to = std::get_if<text_promise>(&i->answer_to);
    if (!to || i->what != what) {
      ++i;
      continue;
    }
    if (text)
      to->keep(text);
    else
      to->fail(error_for(why_not));
    i = answered(i);
  }
}

std::vector<collector_state::question>::iterator
collector_state::answered(std::vector<question>::iterator i) {
  self->demonitor(i->from);
  return served_.erase(i);
}

/// What was going on is done with.
void collector_state::next() {
  if (gathering_)
    std::exchange(gathering_, nullptr)->cancel();
  report_ = nullptr;
  before_ = nullptr;
  // The news that others have gone as well may be in the mailbox already.
  if (!waiting_.empty())
    self->send(self, atom::resume_v);
}

actor_stat collector_state::stat() const {
  const auto doing = report_                 ? actor_state::collector_writing
                     : gathering_ || before_ ? actor_state::collector_gathering
                                             : actor_state::collector_idle;
  auto result = stat_of(self, doing, "collector", 0);
  result.counters = {{"gatherings", gatherings_},
                     {"waiting", waiting_.size() + served_.size()}};
  return result;
}

// -- texts --------------------------------------------------------------------

void collector_state::keep_metrics(const report_text_ptr& x) {
  const auto until = begun_ + metrics_age;
  const auto now = self->clock().now();
  if (until <= now)
    return;
  metrics_ = x;
  self->delayed_send(self, until - now, atom::tick_v, ++metrics_number_);
}

void collector_state::tick(uint64_t number) {
  if (number == metrics_number_)
    metrics_ = nullptr;
}

/// Takes back the oldest texts if there are too many that clients still read.
void collector_state::limit_texts(const report_text_ptr& newest) {
  size_t total = newest->size();
  texts left;
  for (auto i = given_.rbegin(); i != given_.rend(); ++i) {
    const auto x = i->lock();
    if (!x || !x->get())
      continue;
    total += x->size();
    if (total > sources.most_text)
      x->take_back();
    else
      left.push_front(*i);
  }
  left.push_back(newest);
  given_.swap(left);
}

collector_actor::behavior_type
stats_collector(detached_pointer<collector_actor, collector_state> self,
                const collector_sources& sources) {
  log_exceptions(self, "COLLECTOR");
  self->state.sources = sources;
  if (sources.own_thread)
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness);
  self->set_down_handler(
    [self](const caf::down_msg& x) { self->state.forget(x.source); });
  return {
    [self](atom::list, const report_request& what) {
      return self->state.tell(what);
    },
    [self](atom::stat, const report_request& what) {
      return self->state.gather(what);
    },
    [self](atom::stat) { return self->state.stat(); },
    [self](atom::resume) { self->state.write(); },
    [self](atom::watch, uint64_t number) { self->state.look_again(number); },
    [self](atom::tick, uint64_t number) { self->state.tick(number); },
  };
}

} // namespace cafq
