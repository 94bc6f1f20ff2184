#include "actors/reports/peeker.hpp"

#include "actors/actor_support.hpp"
#include "actors/reports/patient_thread.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace cafq {

namespace {

/// How long each answer may take: the disk may be busy.
constexpr auto patience = std::chrono::seconds{5};

/// Those in line; more are refused.
constexpr size_t most_waiting = 32;

} // namespace

peeker_state::peeker_state(peeker_actor::pointer ptr) : self(ptr) {
  // nop
}

caf::result<report_text_ptr> peeker_state::look(const peek_query& what) {
  if (line_.size() >= most_waiting)
    return ec::too_many_looks;
  line_.push_back({what, answer_promise<report_text_ptr>{self}});
  auto result = line_.back().answer.later();
  if (line_.size() == 1)
    start_next();
  return result;
}

/// Asks for something that the walk needs.
template <class Result, class Handle, class F, class... Ts>
void peeker_state::ask(const Handle& who, F then, Ts... xs) {
  self->request(who, patience, xs...)
    .then([then](const Result& x) { then(x); },
          [this](const caf::error& why) { finish(why); });
}

void peeker_state::start_next() {
  const auto& what = line_.front().what;
  ++looks_;
  walk_.emplace(what, sources.node_id);
  topic_ = nullptr;
  channel_ = nullptr;
  ask<topic_actor>(
    sources.node, [this](const topic_actor& x) { find(x); }, atom::find_v,
    what.topic);
}

void peeker_state::find(const topic_actor& topic) {
  topic_ = topic;
  const auto& channel = line_.front().what.channel;
  if (channel.empty()) {
    go_on();
    return;
  }
  const auto found = [this](const channel_actor& x) {
    channel_ = x;
    go_on();
  };
  ask<channel_actor>(topic, found, atom::find_v, channel);
}

void peeker_state::go_on() {
  const auto next = walk_->next();
  if (!next) {
    finish({});
    return;
  }
  const auto then = [this](const peek_answer_ptr& x) {
    seen(x);
  };
  if (channel_)
    ask<peek_answer_ptr>(channel_, then, atom::peek_v, *next);
  else
    ask<peek_answer_ptr>(topic_, then, atom::peek_v, *next);
}

void peeker_state::seen(const peek_answer_ptr& x) {
  holders_.clear();
  holders_.insert(x->holders.begin(), x->holders.end());
  if (!x->page.rest || x->id == 0) {
    read_bodies(*x, x->page);
    return;
  }
  const auto most = walk_->next()->most;
  ask<peek_page_ptr>(
    sources.store,
    [this, x, most](const peek_page_ptr& rest) {
      read_bodies(*x, queue::merge(x->page, *rest, most));
    },
    atom::peek_v, x->id, *x->page.rest);
}

void peeker_state::read_bodies(const peek_answer& x, queue::peek_page page) {
  auto missing = walk_->take(std::move(page), x.unix_offset);
  if ((missing.blocks.empty() && missing.rows.empty()) || x.id == 0) {
    show();
    return;
  }
  ask<bodies_ptr>(
    sources.store,
    [this](const bodies_ptr& found) {
      walk_->add(found->list);
      show();
    },
    atom::peek_v, x.id, std::move(missing));
}

void peeker_state::show() {
  walk_->show([this](consumer_id x) {
    const auto i = holders_.find(x);
    return i != holders_.end() ? i->second : "gone";
  });
  go_on();
}

/// Answers, and begins the next.
void peeker_state::finish(const caf::error& why) {
  auto& answer = line_.front().answer;
  if (why) {
    answer.fail(why);
  } else if (line_.front().what.id && !walk_->found()) {
    answer.fail(ec::no_such_message);
  } else {
    const auto text = std::make_shared<report_text>(walk_->text());
    given_.add(text, sources.most_text);
    answer.keep(text);
  }
  walk_.reset();
  line_.pop_front();
  if (!line_.empty())
    start_next();
}

actor_stat peeker_state::stat() const {
  auto result = stat_of(self,
                        line_.empty() ? actor_state::peeker_idle
                                      : actor_state::peeker_looking,
                        "messages", 0);
  result.figures = peeker_figures{
    .looks = looks_,
    .waiting = line_.size(),
  };
  return result;
}

peeker_actor::behavior_type
peeker(detached_pointer<peeker_actor, peeker_state> self,
       const peek_sources& sources) {
  log_exceptions(self, "PEEKER");
  self->state.sources = sources;
  if (sources.own_thread)
    be_patient();
  return {
    [self](atom::peek, const peek_query& what) {
      return self->state.look(what);
    },
    [self](atom::stat) { return self->state.stat(); },
  };
}

} // namespace cafq
