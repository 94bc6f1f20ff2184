#include "actors/reports/stats_collector.hpp"

#include "actors/actor_support.hpp"
#include "actors/body_budget.hpp"
#include "actors/busy_meter.hpp"
#include "actors/client_memory.hpp"
#include "actors/reports/gathering.hpp"
#include "actors/reports/patient_thread.hpp"
#include "actors/reports/stats_render.hpp"
#include "actors/reports/why.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>
#include <string>
#include <utility>

namespace cafq {

namespace {

using form = report_request::form;

/// How old a /metrics may be that is told again.
constexpr auto metrics_age = std::chrono::seconds{1};

/// Between two looks at what moves.
constexpr auto look_interval = std::chrono::milliseconds{500};

/// How long a stream waits for others, to share what is gathered: they look at
/// the same times, but not in the same instant.
constexpr auto company_patience = std::chrono::milliseconds{5};

/// For how long actors measure after somebody has looked. Nobody who looks
/// again and again waits longer than 10 s.
constexpr auto busy_patience = std::chrono::seconds{15};

/// First looks that are kept at a time. While there are so many, whoever asks
/// why waits, and shares the next one.
constexpr size_t most_looks = 8;

bool has_topic(const node_report& x, const std::string& name) {
  return std::any_of(x.topics.begin(), x.topics.end(), [&](const auto& topic) {
    return topic.self.name == name;
  });
}

bool about_everybody(const report_request& x) {
  using kind = report_view::kind;
  if (x.how == form::stream)
    return x.view.what != kind::topics;
  return x.how == form::actors_json || x.how == form::actors_dot
         || x.how == form::metrics || x.asks_why();
}

/// Whether it tells how busy actors are.
bool tells_busy(const report_request& x) {
  return x.how == form::stream || x.how == form::actors_json
         || x.how == form::actors_dot;
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
  if (what.how == form::history)
    return tell_history(what);
  return add<report_text_ptr>(what);
}

caf::result<report_ptr> collector_state::gather(const report_request& what) {
  return add<report_ptr>(what);
}

caf::result<stream_news> collector_state::tell_news(const report_request& what,
                                                    const stream_marks& known) {
  return add<stream_news>(what, known);
}

template <class Answer>
caf::result<Answer>
collector_state::add(const report_request& what, stream_marks known) {
  // The promise takes it along.
  auto from = caf::actor_cast<caf::actor_addr>(self->current_sender());
  answer_promise<Answer> answer{self};
  auto result = answer.later();
  question x{what, std::move(answer), std::move(from), nullptr,
             std::move(known)};
  // Whoever goes needs no answer.
  self->monitor(x.from);
  if (!join(x))
    wait(std::move(x));
  return result;
}

void collector_state::wait(question x) {
  const auto waits_for_others = x.what.how == form::stream;
  waiting_.push_back(std::move(x));
  if (busy())
    return;
  if (waits_for_others)
    self->delayed_send(self, company_patience, atom::resume_v);
  else
    gather_next();
}

/// Lets somebody share a first look that others had at the same topic. The
/// second is still to come, so the answer is as new as any.
bool collector_state::join(question& x) {
  if (!x.what.asks_why())
    return false;
  for (auto& look : resting_)
    if (has_topic(*look.before, x.what.topic)) {
      x.before = look.before;
      look.whom.push_back(std::move(x));
      return true;
    }
  return false;
}

void collector_state::forget(const caf::actor_addr& who) {
  const auto is_it = [&](const question& x) {
    return x.from == who;
  };
  std::erase_if(waiting_, is_it);
  std::erase_if(served_, is_it);
  for (auto& look : resting_)
    std::erase_if(look.whom, is_it);
  if (served_.empty())
    next();
}

// -- one after the other ------------------------------------------------------

/// Whether one gathering can answer both. Those who ask why of different topics
/// share as well: what is costly is to ask everybody else.
bool collector_state::share(const question& x, const question& y) {
  if (x.what.asks_why() || y.what.asks_why())
    return x.what.asks_why() && y.what.asks_why()
           && x.looks_first() == y.looks_first();
  return x.what.topic == y.what.topic && x.what.channel == y.what.channel;
}

/// Gathers for the first who waits, and for all whom that answers as well.
void collector_state::gather_next() {
  const auto first
    = std::find_if(waiting_.begin(), waiting_.end(), [this](const auto& x) {
        return !x.looks_first() || resting_.size() < most_looks;
      });
  if (first == waiting_.end())
    return;
  served_.push_back(std::move(*first));
  waiting_.erase(first);
  for (auto& x : std::exchange(waiting_, {}))
    if (share(x, served_.front()))
      served_.push_back(std::move(x));
    else
      waiting_.push_back(std::move(x));
  start();
}

/// Gathers for those who are served.
void collector_state::start() {
  ++gatherings_;
  begun_ = self->clock().now();
  const auto& first = served_.front();
  const auto looks_first = first.looks_first();
  gathering_scope whom;
  if (!first.what.asks_why())
    whom.channel = first.what.channel;
  std::set<std::string> topics;
  for (const auto& x : served_) {
    if (tells_busy(x.what))
      busy_asked();
    if (!x.what.topic.empty())
      topics.insert(x.what.topic);
    if (looks_first)
      continue;
    whom.clients = whom.clients || x.what.include_clients;
    whom.everybody = whom.everybody || about_everybody(x.what);
  }
  whom.topics.assign(topics.begin(), topics.end());
  gathering_ = std::make_shared<gathering>(
    self, sources, std::move(whom), [this, looks_first](node_report&& x) {
      gathering_ = nullptr;
      if (looks_first)
        looked(std::move(x));
      else
        gathered(std::move(x));
    });
  gathering_->start();
}

/// Whoever asks why wants to know what moves, which takes two looks. Of a topic
/// that is not there, there is nothing to wait for.
void collector_state::looked(node_report&& x) {
  const auto before = std::make_shared<const node_report>(std::move(x));
  resting next{++looks_, before, {}};
  for (auto& y : std::exchange(served_, {})) {
    y.before = before;
    if (has_topic(*before, y.what.topic))
      next.whom.push_back(std::move(y));
    else
      waiting_.push_back(std::move(y));
  }
  if (!next.whom.empty()) {
    resting_.push_back(std::move(next));
    self->delayed_send(self, look_interval, atom::watch_v, looks_);
  }
  self->send(self, atom::resume_v);
}

/// The look of this number is old enough for a second one.
void collector_state::look_again(uint64_t number) {
  if (resting_.empty() || resting_.front().number != number)
    return;
  std::move(resting_.front().whom.begin(), resting_.front().whom.end(),
            std::back_inserter(waiting_));
  resting_.pop_front();
  if (!busy())
    gather_next();
}

void collector_state::gathered(node_report&& x) {
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
  auto& x = served_.back();
  if (std::holds_alternative<std::monostate>(x.answer_to)) {
    history_.add(*report_);
    sampled_ = 0;
    for (const auto& topic : report_->topics)
      sampled_ += 1 + topic.channels.size();
    answered(std::prev(served_.end()));
  } else if (auto* to = std::get_if<report_promise>(&x.answer_to)) {
    to->keep(report_);
    answered(std::prev(served_.end()));
  } else if (std::holds_alternative<news_promise>(x.answer_to)) {
    write_news(report_request{x.what}, stream_marks{x.known});
  } else {
    write_text(report_request{x.what}, report_ptr{x.before});
  }
  if (served_.empty())
    next();
  else
    self->send(self, atom::resume_v);
}

/// Writes one form, for all who want it.
/// @param before What the first of two looks saw.
void collector_state::write_text(const report_request& what,
                                 const report_ptr& before) {
  report_text_ptr text;
  auto why_not = unknown::nothing;
  if (what.asks_why())
    why_not = missing(*report_, what);
  if (why_not == unknown::nothing) {
    text = std::make_shared<report_text>(render(*report_, what, before.get()));
    given_.add(text, sources.most_text);
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

/// Writes what is new in one view, for all who know the same of it: those who
/// were told at the same times.
void collector_state::write_news(const report_request& what,
                                 const stream_marks& known) {
  if (!rows_ || rows_of_ != what) {
    rows_.emplace(*report_, what.view);
    rows_of_ = what;
  }
  auto text = rows_->since(known);
  text += "\n\n";
  const stream_news news{std::make_shared<report_text>(std::move(text)),
                         rows_->marks()};
  given_.add(news.text, sources.most_text);
  for (auto i = served_.begin(); i != served_.end();) {
    auto* to = std::get_if<news_promise>(&i->answer_to);
    if (!to || i->what != what || i->known != known) {
      ++i;
      continue;
    }
    to->keep(news);
    i = answered(i);
  }
}

std::vector<collector_state::question>::iterator
collector_state::answered(std::vector<question>::iterator i) {
  if (i->from)
    self->demonitor(i->from);
  return served_.erase(i);
}

/// What was going on is done with.
void collector_state::next() {
  if (gathering_)
    std::exchange(gathering_, nullptr)->cancel();
  rows_.reset();
  report_ = nullptr;
  // The news that others have gone as well may be in the mailbox already.
  if (!waiting_.empty())
    self->send(self, atom::resume_v);
}

actor_stat collector_state::stat() const {
  const auto looking = gathering_ || !resting_.empty();
  const auto doing = report_   ? actor_state::collector_writing
                     : looking ? actor_state::collector_gathering
                               : actor_state::collector_idle;
  auto waiting = waiting_.size() + served_.size();
  for (const auto& look : resting_)
    waiting += look.whom.size();
  auto result = stat_of(self, doing, "collector", 0);
  result.figures = collector_figures{
    .gatherings = gatherings_,
    .waiting = waiting,
    .history_bytes = history_.memory(),
    .heap_trims = heap_.times(),
  };
  return result;
}

// -- the past -----------------------------------------------------------------

void collector_state::begin_history() {
  if (sources.history_memory == 0)
    return;
  history_ = history{sources.history_memory};
  self->delayed_send(self, history::step, atom::keep_v);
}

/// Of very many actors the past is told in longer steps: each look takes some
/// 20 us for each of them.
queue::duration collector_state::until_next_sample() const {
  constexpr size_t many = 4000;
  return history::step * (1 + sampled_ / many);
}

void collector_state::sample() {
  heap_.look(message_memory() + client_memory::bytes_in_memory());
  self->delayed_send(self, until_next_sample(), atom::keep_v);
  question x;
  x.what.include_clients = false;
  wait(std::move(x));
}

report_text_ptr collector_state::tell_history(const report_request& what) {
  auto result
    = std::make_shared<report_text>(history_.json(what.topic, what.channel));
  given_.add(result, sources.most_text);
  return result;
}

// -- how busy actors are ------------------------------------------------------

void collector_state::busy_asked() {
  const auto known = busy_until_ != queue::time_point{};
  busy_until_ = begun_ + busy_patience;
  if (known)
    return;
  busy_watch::begin(std::chrono::steady_clock::now());
  self->delayed_send(self, busy_patience, atom::watch_v);
}

void collector_state::end_busy() {
  const auto now = self->clock().now();
  if (now < busy_until_) {
    self->delayed_send(self, busy_until_ - now, atom::watch_v);
    return;
  }
  busy_until_ = {};
  busy_watch::end();
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

collector_actor::behavior_type
stats_collector(detached_pointer<collector_actor, collector_state> self,
                const collector_sources& sources) {
  log_exceptions(self, "COLLECTOR");
  self->state.sources = sources;
  self->state.begin_history();
  if (sources.own_thread)
    be_patient();
  self->set_down_handler(
    [self](const caf::down_msg& x) { self->state.forget(x.source); });
  return {
    [self](atom::list, const report_request& what) {
      return self->state.tell(what);
    },
    [self](atom::stat, const report_request& what) {
      return self->state.gather(what);
    },
    [self](atom::watch, const report_request& what, const stream_marks& known) {
      return self->state.tell_news(what, known);
    },
    [self](atom::stat) { return self->state.stat(); },
    [self](atom::resume) { self->state.write(); },
    [self](atom::watch, uint64_t number) { self->state.look_again(number); },
    [self](atom::watch) { self->state.end_busy(); },
    [self](atom::keep) { self->state.sample(); },
    [self](atom::tick, uint64_t number) { self->state.tick(number); },
  };
}

} // namespace cafq
