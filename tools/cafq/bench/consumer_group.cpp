#include "tools/cafq/bench/consumer_group.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace cafq::bench {

namespace {

/// Sums what `of` returns for each of `all`.
template <class Range, class Getter>
std::uint64_t sum(const Range& all, Getter of) {
  return std::accumulate(
    all.begin(), all.end(), std::uint64_t{0},
    [of](auto total, const auto& x) { return total + of(x); });
}

} // namespace

consumer_group::consumer_group(bench_run& run, consume_options options,
                               std::optional<std::uint32_t> whose)
  : run_(run), options_(std::move(options)) {
  for (const auto& topic : run.topics()) {
    for (std::size_t i = 0; i < options_.channels; ++i)
      open(topic,
           options_.channel.empty() ? "bench" + std::to_string(i)
                                    : options_.channel,
           whose);
  }
}

void consumer_group::open(const std::string& topic, const std::string& channel,
                          std::optional<std::uint32_t> whose) {
  auto& log = logs_.emplace_back(whose, run_.body_size());
  for (std::size_t i = 0; i < options_.consumers; ++i) {
    auto& place = places_.emplace_back();
    consumers_.push_back(std::make_unique<consumer>(
      run_.loop(), run_.open_consumer(topic, channel), options_.finish,
      [this, &log, &place](const auto& message, auto, auto what) {
        ++deliveries_;
        log.note(message.body, place, message.attempts);
        if (what == consumer::verdict::requeued)
          log.give_back(message.body);
      }));
  }
}

void consumer_group::ready() {
  for (const auto& x : consumers_)
    x->ready(options_.rdy);
}

void consumer_group::await(std::uint64_t messages) {
  // Those in flight are all that comes when none is finished.
  const auto most = options_.finish.none
                      ? consumers_.size() * options_.rdy
                      : std::numeric_limits<std::uint64_t>::max();
  run_.poll_until(
    [=, this] { return missing(messages) == 0 || deliveries() >= most; },
    [this] { return deliveries(); });
}

std::uint64_t consumer_group::distinct() const {
  return sum(logs_, [](const auto& x) { return x.distinct(); });
}

std::uint64_t consumer_group::missing(std::uint64_t messages) const {
  const auto expected = messages * options_.channels;
  return expected - std::min(expected, distinct());
}

void consumer_group::describe(report& out) const {
  out.add("channels", options_.channels);
  out.add("consumers", consumers_.size());
  out.add("rdy", options_.rdy);
}

void consumer_group::add_counts(report& out) const {
  out.add("duplicates",
          sum(logs_, [](const auto& x) { return x.duplicates(); }));
  out.add("out_of_order",
          sum(logs_, [](const auto& x) { return x.out_of_order(); }));
  out.add("requeued", sum(logs_, [](const auto& x) { return x.given_back(); }));
  out.add("foreign", sum(logs_, [](const auto& x) { return x.foreign(); }));
  out.add("fin_refused",
          sum(consumers_, [](const auto& x) { return x->refused(); }));
}

} // namespace cafq::bench
