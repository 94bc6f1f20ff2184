#pragma once

#include "actors/body_budget.hpp"
#include "actors/client_memory.hpp"
#include "actors/counting_actor.hpp"
#include "actors/interfaces.hpp"
#include "net/client/body_gate.hpp"
#include "net/client/grant_gate.hpp"
#include "net/client/known_topics.hpp"
#include "net/client/listener.hpp"
#include "net/loop/client_socket.hpp"
#include "net/loop/next_turn.hpp"
#include "net/loop/tick_timer.hpp"
#include "net/nsq/connection_settings.hpp"
#include "net/nsq/nsq_situation.hpp"
#include "net/nsq/publish_collector.hpp"
#include "net/nsq/response_slots.hpp"
#include "net/nsq/settling.hpp"
#include "net/nsq/upgrade.hpp"
#include "net/protocol/command_parser.hpp"
#include "net/protocol/identify.hpp"
#include "net/protocol/magic.hpp"
#include "net/protocol/session.hpp"

#include <caf/io/connection_handle.hpp>
#include <caf/io/system_messages.hpp>
#include <caf/io/typed_broker.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cafq {

/// The CONNECTION actor interface: a CLIENT that owns a socket. Its memory is
/// bounded: it does not read while the publishes that topics have not answered,
/// the answers behind them, or those the client does not take, exceed a window.
/// All clients together have one bound more (`client_memory`).
using connection_actor
  = client_actor::extend<caf::reacts_to<caf::io::new_data_msg>,
                         caf::reacts_to<caf::io::connection_closed_msg>,
                         caf::reacts_to<caf::io::data_transferred_msg>,
                         // Tells about itself.
                         caf::replies_to<atom::stat>::with<actor_stat>,
                         // INTERNAL: goes on with a command for which there
                         // was no memory. Gives back memory that others need.
                         caf::reacts_to<atom::resume>,
                         // INTERNAL: goes on with a large command, or what is
                         // to be decoded.
                         caf::reacts_to<atom::turn>,
                         // INTERNAL: sends heartbeats, ends a client that is
                         // silent for too long.
                         caf::reacts_to<atom::tick>>;

/// Returns the frame of a response.
[[nodiscard]] std::string response_frame(std::string_view data);

/// The state of the CONNECTION actor: bytes to commands, commands to actors,
/// answers to frames.
/// @relates nsq_connection
struct connection_state {
  using broker = connection_actor::broker_pointer;

  explicit connection_state(broker ptr);

  // -- from the socket --------------------------------------------------------

  void start(caf::io::connection_handle handle);
  void received(std::string_view bytes);
  void closed_by_peer(caf::io::connection_handle handle);
  void transferred(size_t count);

  // -- from topics and channels (nsq_answers.cpp) -----------------------------

  void deliver(const delivery& x);
  void accepted(ticket t);
  void refused(ticket t, const std::string& why);
  void failed(ticket t, const failures* list);

  /// A topic or the channel is gone.
  void down(const caf::actor_addr& who);

  // -- memory (nsq_memory.cpp) ------------------------------------------------

  void resume();

  [[nodiscard]] const std::string& peer() const noexcept {
    return socket.peer();
  }

  // -- the loop ---------------------------------------------------------------

  /// Something happened that commands may wait for: executes those that may be.
  void go_on();

  /// All others have had their turn.
  void take_turn();

  /// Closes at once, without a frame.
  void abort();

  // -- time and stats (nsq_upkeep.cpp) ----------------------------------------

  void tick();

  [[nodiscard]] actor_stat stat() const;

  // -- commands (nsq_commands.cpp) --------------------------------------------

  void on(const protocol::identify& x);
  void on(const protocol::auth& x);
  void on(const protocol::sub& x);
  void on(const protocol::rdy& x);
  void on(const protocol::fin& x);
  void on(const protocol::req& x);
  void on(const protocol::touch& x);
  void on(const protocol::cls& x);
  void on(const protocol::nop& x);
  void on(const protocol::pub& x);
  void on(const protocol::dpub& x);
  void on(const protocol::mpub_begin& x);
  void on(const protocol::mpub_part& x);
  void on(const protocol::mpub& x);

  broker self;
  std::shared_ptr<const connection_settings> settings;
  node_actor node;
  listener_actor listener;
  /// What the LISTENER knows of this client.
  client_ptr place;
  uint64_t parent = 0;

  /// The name in log output.
  static inline const char* name = "connection";

private:
  /// A put without an answer yet.
  struct open_put {
    ticket t;
    size_t bytes;
    caf::actor_addr topic;
    /// The room that a large one has.
    std::unique_ptr<body_claim> claim;
  };

  // -- nsq_connection.cpp -----------------------------------------------------

  /// Executes the commands that have arrived, as far as they may be.
  void run();
  [[nodiscard]] bool run_commands(size_t most, size_t& effort);
  [[nodiscard]] bool step(size_t& effort);
  void keep_rest(bool idle);
  [[nodiscard]] bool may_run() const;
  /// Whether commands are executed, as far as they may be.
  [[nodiscard]] bool executes() const noexcept {
    return phase == nsq_phase::open || phase == nsq_phase::emptying;
  }
  /// Whether nothing is read any more.
  [[nodiscard]] bool ending() const noexcept {
    return phase > nsq_phase::open;
  }
  void handle(const protocol::parse_result& x);
  void end_of_read();
  void greet(std::string_view& bytes);
  void violate(const protocol::violation& x);
  void end_input();
  void input_ended();
  void answer();
  void flush();
  void close_when_sent();
  void close();
  void set_reading(bool on);
  [[nodiscard]] bool lasting(std::string_view bytes) const;
  [[nodiscard]] bool shaking_hands() const;

  // -- nsq_memory.cpp ---------------------------------------------------------

  void join_memory();
  [[nodiscard]] bool has_windows() const;
  [[nodiscard]] bool output_full() const;
  void account();
  [[nodiscard]] bool stuck();

  // -- nsq_answers.cpp --------------------------------------------------------

  void settled_put(ticket t);

  // -- nsq_upkeep.cpp ---------------------------------------------------------

  [[nodiscard]] bool body_has_room(bool idle);
  [[nodiscard]] bool body_is_slow(queue::time_point now);
  void arm();
  void tell_conduct();
  void send_heartbeat(queue::time_point now);
  [[nodiscard]] queue::time_point close_deadline() const;
  [[nodiscard]] bool owes_line() const;
  [[nodiscard]] nsq_situation situation() const;
  [[nodiscard]] awaited waits_for(actor_state x) const;
  [[nodiscard]] std::shared_ptr<const client_stat> client_facts() const;

  // -- nsq_upgrade.cpp --------------------------------------------------------

  [[nodiscard]] bool may_upgrade(const protocol::identify_reply& x) const;
  void agree_on(const protocol::identify_reply& x);
  bool advance_upgrade();
  void start_upgrade();
  bool shake_hands();
  void start_compression();
  void confirm_upgrade();
  void fail_upgrade(const std::string& why);
  void upgrade_timed_out();
  [[nodiscard]] bool decode();

  // -- nsq_auth.cpp -----------------------------------------------------------

  /// Makes what a command does again, of what it will find no more by then.
  using command_maker = std::function<std::function<void()>()>;

  void authorized(ticket t);
  void refuse_auth(ticket t, const protocol::violation& x);
  void ask_for_grant(std::function<void()> then);
  [[nodiscard]] bool
  permitted(protocol::command_name what, std::string_view topic,
            std::string_view channel, const command_maker& later);

  // -- nsq_commands.cpp -------------------------------------------------------

  template <class Command>
  [[nodiscard]] bool may_publish(protocol::command_name what, const Command& x);
  void settle_before_answer();
  void send_settlings(bool answered_behind);
  void send_publishes();
  void send_publish(publish_collector::group& x, const topic_actor& to);
  void subscribe(const std::string& topic, const std::string& id, int tries,
                 int waits);
  [[nodiscard]] subscription terms() const;
  [[nodiscard]] bool
  is_getting_on(const caf::error& why, uint64_t commits) const;
  void subscribed(const channel_actor& to);
  void unsubscribed(const std::string& topic, const std::string& id,
                    const caf::error& why, int tries);
  void fail_subscribe(const protocol::violation& x);
  void need_topic(std::string_view topic);
  void ask_for_topic(const std::string& key, int waits);
  void count_published(std::string_view topic, uint64_t count);
  void remember_topic(const std::string& topic, const topic_actor& handle);
  void watch(const stat_actor& whom, bool on);
  void fail_settling(const protocol::violation& x);
  [[nodiscard]] auto ticket_source() {
    return [this] {
      return slots.new_ticket();
    };
  }
  [[nodiscard]] std::optional<uint64_t>
  own_number(const protocol::message_id& id) const;
  void log_error(std::string_view text) const;

public:
  // -- what it has ------------------------------------------------------------

  client_socket socket;

  // What arrives.
  protocol::magic_check magic;
  protocol::session session;
  std::optional<protocol::command_parser> parser;
  /// The room for a large command that has not arrived whole, and how many
  /// there were before.
  body_gate large;
  uint64_t large_of = 0;
  /// Gone when the connection is closed.
  std::unique_ptr<client_share> share;
  /// The plain bytes being handled.
  std::string_view fed;
  nsq_phase phase = nsq_phase::greeting;
  /// What the next command waits for.
  nsq_answer due = nsq_answer::none;

  // What leaves.
  response_slots slots;

  // Behind an upgrade.
  compressed_by compression = compressed_by::nothing;
  std::optional<cafq::upgrade> upgrade;

  // What the client may do, if there are auth servers.
  grant_gate gate;
  /// A command that waited for an auth server, and is due.
  std::function<void()> held;
  /// The bytes of a command that waits for an auth server.
  size_t held_bytes = 0;

  // Publishing.
  publish_collector publishes;
  /// The topics this client publishes to.
  known_topics<topic_actor> topics;
  /// Waits for its topic to be found.
  std::optional<publish_collector::group> stalled;
  std::vector<open_put> open_puts;
  size_t open_bytes = 0;
  /// The part of it that has claims.
  size_t claimed_bytes = 0;

  // Consuming.
  channel_actor channel;
  ticket subscribing = 0;
  settling_groups settlings;

  // Time.
  protocol::client_settings client;
  /// What the first IDENTIFY agreed on for deliveries; later ones change the
  /// answers they get, but not these (as nsqd).
  subscription delivery_terms;
  bool identified = false;
  /// When the client began to owe us a line.
  queue::time_point line_due_since{};
  queue::time_point run_started{};
  queue::time_point next_heartbeat{};
  std::chrono::milliseconds heartbeat_every{0};
  /// When to look whether anything moves, without heartbeats, and the bytes
  /// that had come and gone at the last look.
  queue::time_point next_look{};
  uint64_t last_moved = 0;
  queue::time_point closing_since{};
  tick_timer timer;
  next_turn turn;

  // For the stats.
  uint64_t commands = 0;
  uint64_t published = 0;
  int64_t connected_at = 0;
  /// Messages by topic, of the first few topics.
  std::map<std::string, uint64_t, std::less<>> published_to;
};

/// Speaks NSQ's protocol V2 with one client.
connection_actor::behavior_type
nsq_connection(counting_broker_pointer<connection_actor, connection_state> self,
               caf::io::connection_handle handle,
               const listener_actor& listener, const client_ptr& place,
               std::shared_ptr<const connection_settings> settings,
               const node_actor& node);

/// Returns how a LISTENER makes NSQ connections.
[[nodiscard]] fork_connection
nsq_connections(node_actor node,
                std::shared_ptr<const connection_settings> settings);

} // namespace cafq
