#include "test/sim/plan.hpp"

#include "test/sim/trace.hpp"
#include "test/support/seed.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/core.h>

namespace cafq::sim {

using namespace std::chrono_literals;
using test::dice;

namespace {

/// Returns one of them.
template <class T>
T pick(dice& random, std::initializer_list<T> from) {
  return *(from.begin() + random.below(from.size()));
}

queue::duration milliseconds(dice& random, size_t least, size_t most) {
  return std::chrono::milliseconds{random.between(least, most)};
}

double seconds(queue::duration x) {
  return std::chrono::duration<double>{x}.count();
}

void plan_settings(plan& x, dice& random) {
  x.length = milliseconds(random, 60'000, 75'000);
  x.schedule = pick(random,
                    {order::fair, order::any, order::bursts, order::starving});
  x.mem_queue_size = pick<size_t>(random, {0, 1, 10, 100, 1000, 10'000});
  x.memory_limit = pick<size_t>(random, {256, 256, 256, 32, 8}) << 20U;
  x.transaction_bytes = pick<size_t>(random, {8 << 20, 8 << 20, 200'000});
  x.sync_interval = pick<queue::duration>(random, {20ms, 100ms, 100ms, 1s});
  x.msg_timeout = pick<queue::duration>(random, {1s, 3s, 10s});
}

void plan_topics(plan& x, dice& random) {
  using mode = config::sync_mode;
  constexpr std::array names{"overflow", "interval", "always"};
  const auto count = random.between(1, 3);
  for (size_t i = 0; i < count; ++i) {
    topic_plan topic;
    topic.mode = pick(random, {mode::overflow, mode::interval, mode::interval,
                               mode::always, mode::always});
    topic.name = fmt::format("{}_{}", names[static_cast<size_t>(topic.mode)],
                             i);
    topic.pausable = random.one_in(3);
    const auto channels = pick<size_t>(random, {0, 1, 1, 2, 3});
    for (size_t c = 0; c < channels; ++c)
      topic.channels.push_back(fmt::format("c{}", c));
    if (channels > 0 && random.one_in(4))
      topic.channels.emplace_back("e#ephemeral");
    x.topics.push_back(std::move(topic));
  }
}

void plan_clients(plan& x, dice& random) {
  for (size_t t = 0; t < x.topics.size(); ++t) {
    const auto publishers = random.between(1, 2);
    for (size_t i = 0; i < publishers; ++i)
      x.clients.push_back({random.one_in(4) ? client_kind::http_publisher
                                            : client_kind::publisher,
                           t, 0, milliseconds(random, 50, 400),
                           pick<size_t>(random, {1, 5, 20, 60}), 0});
    for (size_t c = 0; c < x.topics[t].channels.size(); ++c) {
      const auto consumers = pick<size_t>(random, {0, 1, 1, 2, 3});
      for (size_t i = 0; i < consumers; ++i)
        x.clients.push_back({client_kind::consumer, t, c,
                             milliseconds(random, 1, 100),
                             pick<size_t>(random, {1, 5, 50, 1000}),
                             pick<size_t>(random, {0, 5, 20, 60})});
    }
    if (random.one_in(2))
      x.clients.push_back(
        {client_kind::oper, t, 0, milliseconds(random, 1000, 10'000), 1, 0});
  }
}

queue::duration how_long(fault_kind x, dice& random) {
  switch (x) {
    case fault_kind::stall:
      return milliseconds(random, 10, 6000);
    case fault_kind::clock_step:
      return milliseconds(random, 0, 20'000) - 10s;
    case fault_kind::late_timers:
    case fault_kind::disk_full:
    case fault_kind::slow_disk:
    case fault_kind::stuck_client:
      return milliseconds(random, 500, 12'000);
    default:
      return {};
  }
}

void plan_faults(plan& x, dice& random) {
  const auto add = [&](fault_kind kind) {
    const auto last = static_cast<size_t>(x.length / 1ms) - 5000;
    x.faults.push_back({kind, milliseconds(random, 500, last),
                        how_long(kind, random), random.below(1000)});
  };
  // At least one restart.
  add(pick(random,
           {fault_kind::kill, fault_kind::kill_in_commit, fault_kind::power_cut,
            fault_kind::power_cut_in_commit, fault_kind::clean_stop}));
  const auto more = random.between(2, 9);
  for (size_t i = 0; i < more; ++i)
    add(static_cast<fault_kind>(random.below(fault_kinds - 1)));
  // The seeds that were there before actors failed mean what they meant.
  if (x.seed % 4 == 3)
    for (auto left = random.between(1, 4); left > 0; --left)
      add(fault_kind::failure);
}

} // namespace

std::string_view to_string(client_kind x) noexcept {
  constexpr std::array names{"publisher", "HTTP publisher", "consumer",
                             "operator"};
  return names[static_cast<size_t>(x)];
}

std::string_view to_string(fault_kind x) noexcept {
  constexpr std::array<std::string_view, fault_kinds> names{
    "kill",         "kill in commit", "clean stop",
    "stall",        "power cut",      "power cut in commit",
    "clock step",   "late timers",    "disk full",
    "slow disk",    "write error",    "sync error",
    "short write",  "reset",          "half close",
    "stuck client", "failure",
  };
  return names[static_cast<size_t>(x)];
}

plan::plan(uint64_t number) : seed(number) {
  dice random{seed_for(seed, "plan")};
  plan_settings(*this, random);
  plan_topics(*this, random);
  plan_clients(*this, random);
  plan_faults(*this, random);
}

std::string plan::text() const {
  constexpr std::array orders{"fair", "any", "bursts", "starving"};
  auto result = fmt::format(
    "  {} s, order {}, --mem-queue-size {}, --memory-limit {} MiB, "
    "--sync-interval {} s, --msg-timeout {} s, transactions of {} bytes\n",
    seconds(length), orders[static_cast<size_t>(schedule)], mem_queue_size,
    memory_limit >> 20U, seconds(sync_interval), seconds(msg_timeout),
    transaction_bytes);
  for (const auto& x : topics) {
    result += "  topic " + x.name + (x.pausable ? ", pausable:" : ":");
    for (const auto& y : x.channels)
      result += " " + y;
    result += '\n';
  }
  for (size_t i = 0; i < clients.size(); ++i) {
    const auto& x = clients[i];
    if (has_client(i))
      result += fmt::format("  client {}: {} of {}, channel {}, every {} s, "
                            "{} at a time, trouble {} %\n",
                            i, to_string(x.kind), topics[x.topic].name,
                            x.channel, seconds(x.pace), x.appetite, x.trouble);
  }
  for (size_t i = 0; i < faults.size(); ++i) {
    const auto& x = faults[i];
    if (has_fault(i))
      result += fmt::format("  fault {}: {} at {} s, {} s, {}\n", i,
                            to_string(x.kind), seconds(x.at), seconds(x.lasts),
                            x.which);
  }
  return result;
}

} // namespace cafq::sim
