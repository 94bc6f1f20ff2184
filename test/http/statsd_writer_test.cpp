#include "actors/reports/stats_statsd.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <numeric>

using namespace cafq;
using namespace std::chrono_literals;

namespace {

actor_stat channel(std::string name, uint64_t messages) {
  actor_stat x;
  x.name = std::move(name);
  x.figures = channel_figures{.depth = 1,
                              .backend_depth = 2,
                              .in_flight = 3,
                              .deferred = 4,
                              .messages = messages,
                              .requeued = 6,
                              .timed_out = 7,
                              .consumers = 8};
  return x;
}

node_report report(uint64_t messages) {
  node_report x;
  topic_report t;
  t.self.name = "t";
  t.self.figures = topic_figures{.depth = 11,
                                 .backend_depth = 12,
                                 .messages = messages,
                                 .bytes = messages * 10};
  t.channels = {channel("c", messages), channel("e#ephemeral", messages)};
  topic_report e;
  e.self.name = "e#ephemeral";
  x.topics = {t, e};
  return x;
}

std::string text(const std::vector<std::string>& packets) {
  return std::accumulate(packets.begin(), packets.end(), std::string{});
}

bool has(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(statsd_writer_tests)

BOOST_AUTO_TEST_CASE(fills_in_the_prefix) {
  BOOST_TEST(statsd_prefix("nsq.%s", "my.host", 33651) == "nsq.my_host_33651.");
  BOOST_TEST(statsd_prefix("%s.x.%s.", "h", 1) == "h_1.x.h_1.");
  BOOST_TEST(statsd_prefix("nsq", "h", 1) == "nsq.");
  BOOST_TEST(statsd_prefix("", "h", 1) == "");
  BOOST_TEST(statsd_prefix("nsq.%s", "2001:db8::1", 4151)
             == "nsq.[2001_db8__1]_4151.");
}

BOOST_AUTO_TEST_CASE(names_everything_as_nsqd) {
  statsd_writer writer{{"p.", false, true, 508}};
  BOOST_TEST(text(writer.write(report(5)))
             == "p.topic.t.message_count:5|c\n"
                "p.topic.t.message_bytes:50|c\n"
                "p.topic.t.depth:11|g\n"
                "p.topic.t.backend_depth:12|g\n"
                "p.topic.t.channel.c.message_count:5|c\n"
                "p.topic.t.channel.c.depth:1|g\n"
                "p.topic.t.channel.c.backend_depth:2|g\n"
                "p.topic.t.channel.c.in_flight_count:3|g\n"
                "p.topic.t.channel.c.deferred_count:4|g\n"
                "p.topic.t.channel.c.requeue_count:6|c\n"
                "p.topic.t.channel.c.timeout_count:7|c\n"
                "p.topic.t.channel.c.clients:8|g\n");
}

BOOST_AUTO_TEST_CASE(counters_are_differences) {
  statsd_writer writer{{"", false, true, 508}};
  (void)writer.write(report(5));
  const auto second = text(writer.write(report(7)));
  BOOST_TEST(has(second, "topic.t.message_count:2|c"));
  BOOST_TEST(has(second, "topic.t.message_bytes:20|c"));
  BOOST_TEST(has(second, "topic.t.channel.c.message_count:2|c"));
  BOOST_TEST(has(second, "topic.t.channel.c.requeue_count:0|c"));
  BOOST_TEST(has(second, "topic.t.depth:11|g"));
  // Made again with less.
  BOOST_TEST(has(text(writer.write(report(1))), "topic.t.message_count:-6|c"));
  // Gone for a while.
  (void)writer.write({});
  BOOST_TEST(has(text(writer.write(report(9))), "topic.t.message_count:9|c"));
}

BOOST_AUTO_TEST_CASE(ephemeral_ones_are_there_unless_excluded) {
  statsd_writer writer{{"", false, false, 508}};
  const auto all = text(writer.write(report(5)));
  BOOST_TEST(has(all, "topic.t.channel.e#ephemeral.clients:8|g"));
  BOOST_TEST(has(all, "topic.e#ephemeral.depth:0|g"));
}

BOOST_AUTO_TEST_CASE(memory_comes_last) {
  statsd_writer writer{{"", true, false, 508}};
  const auto all = text(writer.write({}));
  BOOST_TEST(all.starts_with("mem.heap_objects:0|g\n"));
  BOOST_TEST(all.ends_with("mem.next_gc_bytes:0|g\nmem.gc_runs:0|c\n"));
}

BOOST_AUTO_TEST_CASE(packets_hold_whole_lines) {
  const auto whole
    = text(statsd_writer{{"p.", true, false, 508}}.write(report(5)));
  for (const size_t size : {1u, 30u, 100u, 508u, 100000u}) {
    const auto packets
      = statsd_writer{{"p.", true, false, size}}.write(report(5));
    BOOST_TEST(text(packets).size() == whole.size());
    for (const auto& x : packets) {
      BOOST_TEST(x.ends_with("\n"));
      const auto one = x.find('\n') == x.size() - 1;
      BOOST_TEST((one || x.size() <= size));
    }
    BOOST_TEST((size < 100000 || packets.size() == 1));
  }
}

BOOST_AUTO_TEST_CASE(tells_latencies) {
  auto x = report(5);
  x.quantiles = {1.0, 0.999, 0.95, 0.5};
  queue::latency_histogram times;
  times.add(3ms);
  x.topics[0].channels[0].latency
    = std::make_shared<const queue::latency_histogram>(times);
  statsd_writer writer{{"", false, true, 508}};
  const auto all = text(writer.write(x));
  for (const std::string of : {"topic.t.", "topic.t.channel.c."}) {
    BOOST_TEST(has(all, of + "e2e_processing_latency_100:3000000|g"));
    BOOST_TEST(has(all, of + "e2e_processing_latency_95:3000000|g"));
    BOOST_TEST(has(all, of + "e2e_processing_latency_50:3000000|g"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
