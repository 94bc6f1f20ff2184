#include "actors/body_budget.hpp"
#include "actors/client_memory.hpp"
#include "actors/memory_ledger.hpp"
#include "actors/metrics.hpp"
#include "actors/reports/stats_render.hpp"
#include "config/log.hpp"
#include "config/version.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace cafq {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

using labels = std::vector<ClientMetric::Label>;

/// The family of a figure.
template <class Figures>
struct family_row {
  std::string_view name;
  uint64_t Figures::*value;

  [[nodiscard]] std::string_view help() const {
    return row_of(value).what;
  }
};

// The names that dashboards for nsq_exporter use; gauges there, too.
constexpr family_row<topic_figures> topic_rows[] = {
  {"nsq_topic_depth", &topic_figures::depth},
  {"nsq_topic_backend_depth", &topic_figures::backend_depth},
  {"nsq_topic_message_count", &topic_figures::messages},
  {"nsq_topic_channel_count", &topic_figures::channels},
};

constexpr family_row<channel_figures> channel_rows[] = {
  {"nsq_channel_depth", &channel_figures::depth},
  {"nsq_channel_backend_depth", &channel_figures::backend_depth},
  {"nsq_channel_message_count", &channel_figures::messages},
  {"nsq_channel_in_flight_count", &channel_figures::in_flight},
  {"nsq_channel_deferred_count", &channel_figures::deferred},
  {"nsq_channel_requeue_count", &channel_figures::requeued},
  {"nsq_channel_timeout_count", &channel_figures::timed_out},
  {"nsq_channel_client_count", &channel_figures::consumers},
};

constexpr family_row<topic_figures> topic_totals[] = {
  {"cafq_topic_messages_total", &topic_figures::messages},
  {"cafq_topic_message_bytes_total", &topic_figures::bytes},
  {"cafq_topic_dropped_messages_total", &topic_figures::dropped},
};

constexpr family_row<channel_figures> channel_totals[] = {
  {"cafq_channel_messages_total", &channel_figures::messages},
  {"cafq_channel_requeued_messages_total", &channel_figures::requeued},
  {"cafq_channel_timed_out_messages_total", &channel_figures::timed_out},
  {"cafq_channel_dropped_messages_total", &channel_figures::dropped},
};

constexpr family_row<store_figures> store_rows[] = {
  {"cafq_store_refuses", &store_figures::full},
  {"cafq_store_file_bytes", &store_figures::file_bytes},
  {"cafq_store_used_bytes", &store_figures::used_bytes},
  {"cafq_store_available_bytes", &store_figures::available_bytes},
};

constexpr family_row<registry_figures> registry_rows[] = {
  {"cafq_lookupd_topics", &registry_figures::topics},
  {"cafq_lookupd_channels", &registry_figures::channels},
  {"cafq_lookupd_producers", &registry_figures::producers},
  {"cafq_lookupd_unreachable", &registry_figures::unreachable},
  {"cafq_lookupd_registrations", &registry_figures::registrations},
  {"cafq_lookupd_memory_bytes", &registry_figures::bytes},
};

constexpr family_row<registry_figures> registry_totals[] = {
  {"cafq_lookupd_commands_total", &registry_figures::commands},
  {"cafq_lookupd_refused_total", &registry_figures::refused},
  {"cafq_lookupd_lookups_total", &registry_figures::lookups},
};

MetricFamily
make_family(std::string_view name, std::string_view help, MetricType type) {
  MetricFamily result;
  result.name = name;
  result.help = help;
  result.type = type;
  return result;
}

void add(MetricFamily& to, labels of, double value) {
  auto& x = to.metric.emplace_back();
  x.label = std::move(of);
  if (to.type == MetricType::Counter)
    x.counter.value = value;
  else
    x.gauge.value = value;
}

std::string to_text(bool x) {
  return x ? "true" : "false";
}

/// What a label set looks like depends on the family: those of nsq_exporter
/// say whether the queue is paused.
labels labels_of(const topic_report& topic, bool with_paused) {
  labels result{{"topic", topic.self.name}};
  if (with_paused)
    result.push_back({"paused", to_text(topic.self.paused)});
  return result;
}

labels labels_of(const topic_report& topic, const actor_stat& channel,
                 bool with_paused) {
  labels result{{"topic", topic.self.name}, {"channel", channel.name}};
  if (with_paused)
    result.push_back({"paused", to_text(channel.paused)});
  return result;
}

class metrics_writer {
public:
  explicit metrics_writer(const node_report& x) : x_(x) {
    // nop
  }

  std::string write() {
    if (find(node_figures::kind))
      add_broker();
    add_rows(registry_rows, MetricType::Gauge);
    add_rows(registry_totals, MetricType::Counter);
    add_process();
    return std::move(text_);
  }

private:
  /// Returns the actor of a kind of which there is one; null if there is none.
  [[nodiscard]] const actor_stat* find(std::string_view kind) const {
    const auto i
      = std::find_if(x_.others.begin(), x_.others.end(),
                     [&](const actor_stat& x) { return x.kind == kind; });
    return i != x_.others.end() ? &*i : nullptr;
  }

  /// What only a process with topics has.
  void add_broker() {
    for (const auto& row : topic_rows)
      add_topics(row, MetricType::Gauge);
    for (const auto& row : channel_rows)
      add_channels(row, MetricType::Gauge);
    for (const auto& row : topic_totals)
      add_topics(row, MetricType::Counter);
    for (const auto& row : channel_totals)
      add_channels(row, MetricType::Counter);
    add_oldest();
    add_messages();
    add_histogram("cafq_store_commit_seconds", "Time a commit to disk took",
                  metrics().commit);
    add_histogram("cafq_delivery_latency_seconds",
                  "Time from publish to the first delivery; a sample of up to "
                  "1000 per second and channel",
                  metrics().delivery);
  }

  /// One family at a time: its figures take 20 times as much memory as their
  /// text.
  void append(const MetricFamily& x) {
    text_ += prometheus::TextSerializer{}.Serialize({x});
  }

  void add_topics(const family_row<topic_figures>& row, MetricType type) {
    auto family = make_family(row.name, row.help(), type);
    const auto with_paused = type == MetricType::Gauge;
    for (const auto& topic : x_.topics)
      add(family, labels_of(topic, with_paused),
          static_cast<double>(topic.self.figure(row.value)));
    append(family);
  }

  void add_channels(const family_row<channel_figures>& row, MetricType type) {
    auto family = make_family(row.name, row.help(), type);
    const auto with_paused = type == MetricType::Gauge;
    for (const auto& topic : x_.topics)
      for (const auto& channel : topic.channels)
        add(family, labels_of(topic, channel, with_paused),
            static_cast<double>(channel.figure(row.value)));
    append(family);
  }

  /// Only of those that have any.
  void add_oldest() {
    auto family = make_family("cafq_channel_oldest_seconds",
                              "Age of the oldest message that is ready",
                              MetricType::Gauge);
    for (const auto& topic : x_.topics)
      for (const auto& channel : topic.channels)
        if (const auto age = channel.age("ready"))
          add(family, labels_of(topic, channel, false),
              std::chrono::duration<double>{*age}.count());
    append(family);
  }

  void add_histogram(std::string_view name, std::string_view help,
                     const prometheus::Histogram& x) {
    auto family = make_family(name, help, MetricType::Histogram);
    family.metric.push_back(x.Collect());
    append(family);
  }

  void add_one(std::string_view name, std::string_view help, labels of,
               double value, MetricType type = MetricType::Gauge) {
    auto family = make_family(name, help, type);
    add(family, std::move(of), value);
    append(family);
  }

  /// Figures of an actor of which there is one, if there is one.
  template <class Figures, size_t N>
  void add_rows(const family_row<Figures> (&rows)[N], MetricType type) {
    const auto* x = find(Figures::kind);
    if (!x)
      return;
    for (const auto& row : rows)
      add_one(row.name, row.help(), {},
              static_cast<double>(x->figure(row.value)), type);
  }

  void add_messages() {
    add_one("cafq_message_memory_bytes",
            "Memory of all messages, what --memory-limit bounds", {},
            static_cast<double>(message_memory()));
    add_one("cafq_unstorable_memory_bytes",
            "Bodies that no disk can take: of ephemeral topics and channels",
            {}, static_cast<double>(memory_ledger::all_unstorable()));
    add_one("cafq_memory_requests",
            "How often a queue was asked to give up bodies that are on disk",
            {}, static_cast<double>(memory_ledger::times_asked()));
    add_one("cafq_body_memory_bytes",
            "The part of it for large requests that have not arrived whole", {},
            static_cast<double>(body_budget::bytes_in_memory()));
    add_one("cafq_bodies_waiting",
            "Large requests that are not read on until there is memory", {},
            static_cast<double>(body_budget::waiting()));
    add_one("cafq_unsaved_seconds",
            "Age of the oldest message that waits for the disk", {},
            std::chrono::duration<double>{
              metrics().unsaved_age(std::chrono::steady_clock::now())}
              .count());
    add_rows(store_rows, MetricType::Gauge);
    add_one("cafq_store_readers",
            "Processes that read the store's file from outside", {},
            metrics().readers.Value());
    add_one("cafq_store_held_pages",
            "Pages that one of them holds back, at most", {},
            metrics().held_pages.Value());
    add_one("cafq_store_dead_readers_total",
            "Those that died in the middle of reading", {},
            metrics().dead_readers.Value(), MetricType::Counter);
    add_one("cafq_topic_restarts_total",
            "How often a topic or channel failed and its topic started again",
            {}, metrics().restarts.Value(), MetricType::Counter);
  }

  void add_process() {
    add_one("cafq_build_info",
            "Versions of cafqd and of the nsqd it stands "
            "for; always 1",
            {{"version", std::string{config::version()}},
             {"nsqd_version", std::string{config::nsqd_version()}}},
            1);
    add_one("cafq_start_time_seconds", "Unix time of the start", {},
            static_cast<double>(x_.started) / 1e9);
    add_one("cafq_client_memory_bytes",
            "What clients make the node hold beside it, beyond 4 KB each", {},
            static_cast<double>(client_memory::bytes_in_memory()));
    add_one("cafq_client_memory_tight_total",
            "How often clients had to make do with small windows", {},
            static_cast<double>(client_memory::times_tight()),
            MetricType::Counter);
    add_one("cafq_clients_ended_for_memory_total",
            "Clients that had to go for the memory they held", {},
            static_cast<double>(client_memory::ended()), MetricType::Counter);
    add_one("cafq_loop_longest_turn_seconds",
            "CPU time of the longest turn of the event loop since the start",
            {},
            std::chrono::duration<double>{
              queue::duration{metrics().longest_turn.load()}}
              .count());
    add_one("cafq_clients_ended_total",
            "Clients that had to go so that others get in", {},
            metrics().ended_clients.Value(), MetricType::Counter);
    add_one("cafq_clients_refused_total",
            "Clients that did not get in: more of one address than allowed, or "
            "no place",
            {}, metrics().refused_clients.Value(), MetricType::Counter);
    add_one("cafq_log_dropped_lines_total",
            "Lines of the log that nobody took in time", {},
            static_cast<double>(log::dropped_lines()), MetricType::Counter);
    add_histogram("cafq_loop_turn_seconds",
                  "CPU time of the turns of the event loop that took over 1 ms",
                  metrics().turn);
    add_actors();
  }

  void add_actors() {
    std::map<std::string_view, std::pair<double, double>> kinds;
    const auto count = [&kinds](const actor_stat& x) {
      auto& [actors, mailboxes] = kinds[x.kind];
      actors += 1;
      mailboxes += static_cast<double>(x.mailbox);
    };
    for (const auto& topic : x_.topics) {
      count(topic.self);
      for (const auto& channel : topic.channels)
        count(channel);
    }
    for (const auto* list : {&x_.others, &x_.connections})
      for (const auto& actor : *list)
        count(actor);
    auto actors = make_family("cafq_actors", "Actors, by kind",
                              MetricType::Gauge);
    auto mailboxes = make_family("cafq_mailbox_messages",
                                 "Messages waiting in mailboxes, by kind",
                                 MetricType::Gauge);
    for (const auto& [kind, values] : kinds) {
      add(actors, {{"kind", std::string{kind}}}, values.first);
      add(mailboxes, {{"kind", std::string{kind}}}, values.second);
    }
    append(actors);
    append(mailboxes);
  }

  const node_report& x_;
  std::string text_;
};

} // namespace

std::string stats_metrics(const node_report& x) {
  return metrics_writer{x}.write();
}

} // namespace cafq
