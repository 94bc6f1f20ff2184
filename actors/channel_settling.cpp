#include "actors/channel.hpp"

#include <utility>

// FIN, REQ and TOUCH.

namespace cafq {

namespace {

/// Adds a failure to the list, which exists from the first one on.
void add_failure(failures_ptr& failed, settling command, uint64_t number,
                 queue::settled why) {
  if (!failed) {
    failed.reset(new failures);
    failed->command = command;
  }
  failed->list.push_back({number, why});
}

} // namespace

void channel_state::finish(consumer_id by, ticket answer_to,
                           const numbers& which) {
  failures_ptr failed;
  size_t done = 0;
  const auto now = latency ? self->clock().now() : queue::time_point{};
  for (auto number : which.list) {
    const auto published = latency ? queue().published_ns(number)
                                   : std::nullopt;
    if (auto why = queue().finish(number, by); why == queue::settled::ok) {
      ++done;
      if (published)
        latency->add(now, age(*published, now));
    } else {
      add_failure(failed, settling::fin, number, why);
    }
  }
  settle(by, done, &queue::consumer::finished);
  answer(by, answer_to, std::move(failed));
}

void channel_state::requeue(consumer_id by, ticket answer_to,
                            const requeues& which) {
  failures_ptr failed;
  size_t done = 0;
  keeper.look_at_clock();
  const auto now = self->clock().now();
  for (const auto& x : which.list) {
    auto why = queue().requeue(x.number, by, x.delay, now,
                               keeper.may_hold(settings));
    if (why == queue::settled::ok)
      ++done;
    else
      add_failure(failed, settling::req, x.number, why);
  }
  settle(by, done, &queue::consumer::requeued);
  answer(by, answer_to, std::move(failed));
}

void channel_state::touch(consumer_id by, ticket answer_to,
                          const numbers& which) {
  failures_ptr failed;
  const auto now = self->clock().now();
  auto* x = consumers.find(by);
  const auto timeout = x ? x->touch_timeout : queue::duration{};
  for (auto number : which.list) {
    auto why = queue().touch(number, by, timeout, settings.max_msg_timeout,
                             now);
    if (why != queue::settled::ok)
      add_failure(failed, settling::touch, number, why);
  }
  answer(by, answer_to, std::move(failed));
}

void channel_state::settle(consumer_id by, size_t count,
                           uint64_t queue::consumer::*counter) {
  if (auto* x = consumers.find(by)) {
    x->has_less(count);
    x->*counter += count;
    consumers.line_up(*x);
  }
  pump();
}

void channel_state::answer(consumer_id by, ticket answer_to,
                           failures_ptr failed) {
  if (answer_to == 0 && !failed)
    return;
  if (auto i = clients.find(by); i != clients.end())
    self->send(i->second.first, atom::failed_v, answer_to, std::move(failed));
}

queue::duration
channel_state::age(int64_t published_ns, queue::time_point now) const {
  return now.time_since_epoch() + settings.unix_offset()
         - queue::duration{published_ns};
}

} // namespace cafq
