#include "test/sim/world.hpp"

#include "test/sim/machine.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/core.h>

namespace cafq::sim {

using namespace std::chrono_literals;

namespace {

/// How long everything may take to get there once nothing fails any more:
/// longer than any message is deferred, and times out.
constexpr size_t most_seconds = 300;

std::vector<fault> in_order(const plan& of) {
  std::vector<fault> result;
  for (size_t i = 0; i < of.faults.size(); ++i)
    if (of.has_fault(i))
      result.push_back(of.faults[i]);
  std::stable_sort(result.begin(), result.end(),
                   [](const auto& x, const auto& y) { return x.at < y.at; });
  return result;
}

} // namespace

world::world(const sim::plan& what, std::filesystem::path folder, size_t kept)
  : surroundings(what, books_),
    books_(what),
    trace_(kept),
    dice_(seed_for(what.seed, "world")),
    folder_(std::move(folder)),
    faults_(in_order(what)) {
  machine::here().switch_on(what.seed);
  begin_life({});
}

world::~world() {
  // Clients are told nothing any more.
  disk_.reset();
  process_.reset();
}

outcome world::play() {
  set_up();
  begin_ = now().time;
  for (size_t i = 0; i < plan.clients.size(); ++i)
    if (plan.has_client(i))
      clients_.push_back(make_client(*this, plan.clients[i], i));
  go_on_until(begin_ + plan.length);
  rest();
  drain();
  outcome result;
  result.hash = trace_.hash();
  result.messages = trace_.messages();
  result.published = books_.size();
  result.accepted = books_.accepted_messages();
  result.deliveries = books_.deliveries();
  result.restarts = lives_ - 1;
  result.simulated = now().time - begin_;
  return result;
}

// -- surroundings -------------------------------------------------------------

moment world::now() const {
  auto result = now_;
  result.time = machine::here().now();
  return result;
}

std::shared_ptr<wire> world::connect(peer& who, port to) {
  const auto where = to == port::nsq ? process::nsq_port : process::http_port;
  const auto socket = ++last_socket_;
  auto result = std::make_shared<wire>(
    who, where, socket,
    seed_for(plan.seed, "wire", static_cast<size_t>(socket)), now().time);
  result->on_written = [this, socket](std::string_view bytes) {
    trace_.sent(static_cast<uint64_t>(socket), bytes);
  };
  wires_.push_back(result);
  return result;
}

// -- the parts of `play` ------------------------------------------------------

void world::set_up() {
  for (size_t t = 0; t < plan.topics.size(); ++t) {
    const auto& topic = plan.topics[t];
    process_->add(topic.name);
    for (const auto& x : topic.channels) {
      process_->channel(topic.name, x);
      books_.channel_added(t, x, true);
    }
  }
}

/// Nothing fails any more: everybody gets an answer.
void world::rest() {
  for (const auto& x : clients_)
    x->calm();
  faults_.clear();
  next_fault_ = 0;
  late_until_ = {};
  end_of_disk_trouble();
  go_on_until(now().time + 30s);
  for (const auto& x : clients_)
    if (x->connection() && !x->answered())
      throw violation{"I9", "a client has no answer"};
  switch (dice_.below(3)) {
    case 0:
      crash(doom::kill);
      break;
    case 1:
      crash(doom::power_cut);
      break;
    default:
      stop();
  }
  clients_.clear();
}

/// Takes everything there is.
void world::drain() {
  const auto expected = unpause_all();
  for (size_t c = 0; c < books_.channels(); ++c)
    if (expected[c])
      clients_.push_back(make_consumer(
        *this, {client_kind::consumer, books_.topic_of(c), 0, 2ms, 1000, 0},
        plan.clients.size() + c, books_.name_of(c)));
  for (size_t i = 0; left() > 0; ++i) {
    if (i == most_seconds)
      throw violation{"I9", fmt::format("{} messages do not come", left())};
    go_on_until(now().time + 1s);
  }
  books_.check_all_came();
  for (size_t c = 0; c < books_.channels(); ++c)
    if (expected[c] && *expected[c] != books_.came(c))
      throw violation{
        "I6", fmt::format("channel {} said that it has {} messages, {} came",
                          books_.name_of(c), *expected[c], books_.came(c))};
  check_nothing_is_left();
}

/// Lets all topics and channels go on.
/// @returns how many messages each of the channels that are there has.
std::vector<std::optional<size_t>> world::unpause_all() {
  std::vector<size_t> held;
  for (size_t t = 0; t < plan.topics.size(); ++t) {
    held.push_back(process_->held(plan.topics[t].name));
    if (plan.topics[t].channels.empty() && has_no_channel(t))
      books_.channel_added(t, "last", true);
  }
  std::vector<std::optional<size_t>> result(books_.channels());
  for (size_t c = 0; c < books_.channels(); ++c) {
    books_.unpausing(c);
    const auto t = books_.topic_of(c);
    if (books_.owes(c))
      result[c] = held[t];
    if (books_.owes(c) && !plan.topics[t].channels.empty())
      *result[c] += process_->messages(plan.topics[t].name, books_.name_of(c));
  }
  for (const auto& x : plan.topics)
    process_->unpause(x.name);
  return result;
}

bool world::has_no_channel(size_t topic) const {
  return books_.channel_of(topic, "last") == books_.channels();
}

/// Returns how many messages are not finished.
size_t world::left() {
  size_t result = 0;
  for (const auto& x : plan.topics)
    result += process_->held(x.name);
  for (size_t c = 0; c < books_.channels(); ++c)
    if (books_.owes(c))
      result += process_->messages(plan.topics[books_.topic_of(c)].name,
                                   books_.name_of(c));
  return result;
}

void world::check_nothing_is_left() {
  go_on_until(now().time + plan.sync_interval + 2s);
  crash(dice_.one_in(2) ? doom::kill : doom::power_cut);
  if (const auto count = left(); count > 0)
    throw violation{"I3", fmt::format("{} finished messages are back", count)};
  go_on_until(now().time + 5s);
}

} // namespace cafq::sim
