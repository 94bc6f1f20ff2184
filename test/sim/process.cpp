#include "test/sim/process.hpp"

#include "actors/node.hpp"
#include "actors/store.hpp"
#include "actors/unix_offset.hpp"
#include "net/httpd/http_connection.hpp"
#include "net/nsq/nsq_connection.hpp"
#include "test/sim/machine.hpp"

#include <caf/event_based_actor.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace cafq::sim {

namespace {

constexpr size_t most_clients = 100;

config::sync_policy sync_of(const plan& of) {
  std::vector<std::string> rules;
  for (const auto& x : of.topics)
    rules.push_back(x.name + "=" + std::string{to_string(x.mode)});
  return config::sync_policy{config::sync_mode::overflow, rules};
}

} // namespace

process::process(const plan& of, const std::filesystem::path& file) {
  machine::here().show_to(&system_.sched.clock());
  std::shared_ptr<message_store> disk
    = open_message_store(file, store_options_of(of));
  auto found = recover(*disk);
  store_ = system_.sys.spawn(cafq::store, std::move(disk), health_);
  start_node(of, std::move(found));
  start_listeners(of);
  system_.run();
}

store_options process::store_options_of(const plan& of) {
  store_options result;
  result.map_size = machine::disk_size;
  result.max_transaction_bytes = of.transaction_bytes;
  return result;
}

void process::start_node(const plan& of, std::vector<recovered_topic> found) {
  node_settings settings;
  settings.mem_queue_size = of.mem_queue_size;
  // What another life has left behind does not count.
  settings.memory_limit = message_memory() + of.memory_limit;
  settings.sync = std::make_shared<config::sync_policy>(sync_of(of));
  settings.sync_interval = of.sync_interval;
  settings.health = health_;
  settings.unix_offset = unix_offset_now;
  node_ = system_.sys.spawn(cafq::node, store_, std::move(found), settings);
}

void process::start_listeners(const plan& of) {
  auto nsq = std::make_shared<connection_settings>();
  nsq->sending = sending::without_socket;
  nsq->health = health_;
  nsq->server.msg_timeout
    = std::chrono::duration_cast<std::chrono::milliseconds>(of.msg_timeout);
  auto http = std::make_shared<http_settings>();
  http->sending = sending::without_socket;
  http->health = health_;
  http->node = node_;
  auto& brokers = system_.sys.middleman();
  const listener_limits limits{most_clients, most_clients};
  nsq_ = brokers.spawn_broker(listener, int{nsq_port}, std::string{"TCP"},
                              limits, nsq_connections(node_, nsq));
  http_ = brokers.spawn_broker(listener, int{http_port}, std::string{"HTTP"},
                               limits, http_connections(http));
}

process::~process() {
  close();
  system_.run();
  system_.self->send_exit(node_, caf::exit_reason::user_shutdown);
  system_.self->send_exit(store_, caf::exit_reason::user_shutdown);
  system_.run();
  machine::here().show_to(nullptr);
}

// -- what is to be done -------------------------------------------------------

caf::resumable& process::at(size_t i) const {
  const auto& jobs = system_.sched.jobs;
  return i < jobs.size() ? *jobs[i] : *system_.mpx.ready()[i - jobs.size()];
}

void process::run(size_t i) {
  auto& jobs = system_.sched.jobs;
  if (i >= jobs.size()) {
    system_.mpx.run(i - jobs.size());
    return;
  }
  const auto which = jobs.begin() + static_cast<ptrdiff_t>(i);
  std::rotate(jobs.begin(), which, which + 1);
  system_.sched.try_run_once();
}

std::optional<queue::time_point> process::next_timer() const {
  const auto& timers = system_.sched.clock().schedule();
  auto result = system_.mpx.due();
  if (!timers.empty() && (!result || timers.begin()->first < *result))
    result = timers.begin()->first;
  return result;
}

void process::fire_timers() {
  system_.sched.advance_time(caf::timespan{0});
  system_.mpx.poll(machine::here().now());
}

// -- the end ------------------------------------------------------------------

void process::close() {
  for (const auto& x : {nsq_, http_})
    system_.self->send_exit(x, caf::exit_reason::user_shutdown);
}

void process::save() {
  system_.sys.spawn(
    [node = node_, saved = saved_](caf::event_based_actor* self) {
      self->request(node, caf::infinite, atom::save_v)
        .then([saved](atom::save) { *saved = true; },
              [saved](const caf::error&) { *saved = false; });
    });
}

// -- while nobody has anything to do ------------------------------------------

topic_actor process::topic(const std::string& name) {
  return system_.ask<topic_actor>(node_, atom::topic_v, name).value();
}

channel_actor process::channel(const std::string& of, const std::string& name) {
  return system_.ask<channel_actor>(topic(of), atom::channel_v, name).value();
}

void process::unpause(const std::string& name) {
  const auto of = topic(name);
  static_cast<void>(system_.ask<atom::pause>(of, atom::pause_v, false));
  for (const auto& x : channels(name))
    static_cast<void>(
      system_.ask<atom::pause>(channel(name, x), atom::pause_v, false));
}

std::vector<std::string> process::channels(const std::string& of) {
  std::vector<std::string> result;
  const auto found = system_.ask<topic_actor>(node_, atom::find_v, of);
  if (!found)
    return result;
  const auto all
    = system_.ask<std::vector<channel_actor>>(*found, atom::list_v).value();
  for (const auto& x : all)
    result.push_back(system_.ask<actor_stat>(x, atom::stat_v).value().name);
  return result;
}

size_t process::messages(const std::string& of, const std::string& name) {
  const auto x
    = system_.ask<actor_stat>(channel(of, name), atom::stat_v).value();
  return x.figure(&channel_figures::depth)
         + x.figure(&channel_figures::in_flight)
         + x.figure(&channel_figures::deferred);
}

size_t process::held(const std::string& name) {
  return system_.ask<actor_stat>(topic(name), atom::stat_v)
    .value()
    .figure(&topic_figures::depth);
}

} // namespace cafq::sim
