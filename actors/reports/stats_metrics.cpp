#include "actors/body_budget.hpp"
#include "actors/client_memory.hpp"
#include "actors/memory_ledger.hpp"
#include "actors/metrics.hpp"
#include "actors/reports/stats_render.hpp"
#include "config/log.hpp"
#include "config/version.hpp"

#include <algorithm>
#include <array>
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

/// The family `name` of a counter that topics or channels have.
struct family_row {
  std::string_view name;
  std::string_view counter;
  std::string_view help;
};

// The names that dashboards for nsq_exporter use; gauges there, too.
constexpr std::array topic_rows{
  family_row{"nsq_topic_depth", "depth", "Messages waiting in the topic"},
  family_row{"nsq_topic_backend_depth", "backend_depth",
             "Messages of the topic only on disk"},
  family_row{"nsq_topic_message_count", "messages", "Messages published"},
  family_row{"nsq_topic_channel_count", "channels", "Channels of the topic"},
};

constexpr std::array channel_rows{
  family_row{"nsq_channel_depth", "depth", "Messages ready for delivery"},
  family_row{"nsq_channel_backend_depth", "backend_depth",
             "Messages of the channel only on disk"},
  family_row{"nsq_channel_message_count", "messages",
             "Messages the channel was given"},
  family_row{"nsq_channel_in_flight_count", "in_flight",
             "Messages delivered and not finished"},
  family_row{"nsq_channel_deferred_count", "deferred", "Messages deferred"},
  family_row{"nsq_channel_requeue_count", "requeued", "Messages requeued"},
  family_row{"nsq_channel_timeout_count", "timed_out",
             "Deliveries that timed out"},
  family_row{"nsq_channel_client_count", "consumers", "Consumers"},
};

constexpr std::array topic_totals{
  family_row{"cafq_topic_messages_total", "messages", "Messages published"},
  family_row{"cafq_topic_message_bytes_total", "bytes",
             "Bytes of the messages published"},
  family_row{"cafq_topic_dropped_messages_total", "dropped",
             "Messages an ephemeral topic had no room for"},
};

constexpr std::array channel_totals{
  family_row{"cafq_channel_messages_total", "messages",
             "Messages the channel was given"},
  family_row{"cafq_channel_requeued_messages_total", "requeued",
             "Messages requeued"},
  family_row{"cafq_channel_timed_out_messages_total", "timed_out",
             "Deliveries that timed out"},
  family_row{"cafq_channel_dropped_messages_total", "dropped",
             "Messages an ephemeral channel had no room for"},
};

/// Of a registry.
constexpr std::array registry_rows{
  family_row{"cafq_lookupd_topics", "topics", "Topics known"},
  family_row{"cafq_lookupd_channels", "channels", "Channels known"},
  family_row{"cafq_lookupd_producers", "producers", "Nodes connected"},
  family_row{"cafq_lookupd_unreachable", "unreachable",
             "Those that nobody reaches at the address they announce"},
  family_row{"cafq_lookupd_registrations", "registrations",
             "Topics and channels of all nodes together"},
  family_row{"cafq_lookupd_memory_bytes", "bytes",
             "Memory of the registry, about"},
};

constexpr std::array registry_totals{
  family_row{"cafq_lookupd_commands_total", "commands", "Commands of nodes"},
  family_row{"cafq_lookupd_refused_total", "refused",
             "Those for which there was no memory"},
  family_row{"cafq_lookupd_lookups_total", "lookups",
             "Questions who has a topic"},
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
    if (has_node())
      add_broker();
    add_registry();
    add_process();
    return std::move(text_);
  }

private:
  [[nodiscard]] bool has_node() const {
    return std::any_of(x_.others.begin(), x_.others.end(),
                       [](const actor_stat& x) { return x.kind == "node"; });
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

  void add_registry() {
    for (const auto& x : x_.others) {
      if (x.kind != "registry")
        continue;
      for (const auto& row : registry_rows)
        add_one(row.name, row.help, {},
                static_cast<double>(x.counter(row.counter)));
      for (const auto& row : registry_totals)
        add_one(row.name, row.help, {},
                static_cast<double>(x.counter(row.counter)),
                MetricType::Counter);
    }
  }

  /// One family at a time: its figures take 20 times as much memory as their
  /// text.
  void append(const MetricFamily& x) {
    text_ += prometheus::TextSerializer{}.Serialize({x});
  }

  void add_topics(const family_row& row, MetricType type) {
    auto family = make_family(row.name, row.help, type);
    const auto with_paused = type == MetricType::Gauge;
    for (const auto& topic : x_.topics)
      add(family, labels_of(topic, with_paused),
          static_cast<double>(topic.self.counter(row.counter)));
    append(family);
  }

  void add_channels(const family_row& row, MetricType type) {
    auto family = make_family(row.name, row.help, type);
    const auto with_paused = type == MetricType::Gauge;
    for (const auto& topic : x_.topics)
      for (const auto& channel : topic.channels)
        add(family, labels_of(topic, channel, with_paused),
            static_cast<double>(channel.counter(row.counter)));
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

  void add_store(const actor_stat& x) {
    const auto gauge = [&](std::string_view name, std::string_view help,
                           std::string_view counter) {
      add_one(name, help, {}, static_cast<double>(x.counter(counter)));
    };
    gauge("cafq_store_refuses", "Whether the disk takes no more messages (1)",
          "full");
    gauge("cafq_store_file_bytes", "Size of the store's file", "file_bytes");
    gauge("cafq_store_used_bytes", "What of that is in use", "used_bytes");
    gauge("cafq_store_available_bytes",
          "What the disk has left for the file to grow", "available_bytes");
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
    for (const auto& x : x_.others)
      if (x.kind == "store")
        add_store(x);
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
