#pragma once

#include "actors/body_budget.hpp"
#include "actors/client_memory.hpp"
#include "actors/counting_actor.hpp"
#include "actors/interfaces.hpp"
#include "net/client/body_gate.hpp"
#include "net/client/grant_gate.hpp"
#include "net/client/known_topics.hpp"
#include "net/client/listener.hpp"
#include "net/http/api.hpp"
#include "net/http/request_parser.hpp"
#include "net/http/response.hpp"
#include "net/http/router.hpp"
#include "net/httpd/http_settings.hpp"
#include "net/httpd/http_situation.hpp"
#include "net/httpd/http_stream.hpp"
#include "net/httpd/publish_packer.hpp"
#include "net/loop/client_socket.hpp"
#include "net/loop/next_turn.hpp"
#include "net/loop/tick_timer.hpp"

#include <caf/io/connection_handle.hpp>
#include <caf/io/system_messages.hpp>
#include <caf/io/typed_broker.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace cafq {

/// The HTTP connection actor interface: to topics it is a CLIENT that never
/// consumes. Its memory is bounded by the longest body, the longest answer and
/// one request at a time.
using http_connection_actor
  = client_actor::extend<caf::reacts_to<caf::io::new_data_msg>,
                         caf::reacts_to<caf::io::connection_closed_msg>,
                         caf::reacts_to<caf::io::data_transferred_msg>,
                         // Tells about itself.
                         caf::replies_to<atom::stat>::with<actor_stat>,
                         // INTERNAL: goes on with a body for which there was no
                         // memory. Gives back memory that others need.
                         caf::reacts_to<atom::resume>,
                         // INTERNAL: goes on with a publish of many messages or
                         // with a long answer.
                         caf::reacts_to<atom::turn>,
                         // INTERNAL: looks for a client that is too slow.
                         caf::reacts_to<atom::tick>>;

/// The state of the HTTP connection actor: bytes to requests, requests to
/// actors, answers to bytes. Requests of one client are worked on one by one.
/// @relates http_connection
struct http_connection_state {
  using broker = http_connection_actor::broker_pointer;

  explicit http_connection_state(broker ptr);

  // -- from the socket --------------------------------------------------------

  void start(caf::io::connection_handle handle);
  void received(std::string_view bytes);
  void closed_by_peer(caf::io::connection_handle handle);
  void transferred(size_t count);

  /// There is memory for the body, or others need what is not used.
  void resume();

  /// All others have had their turn.
  void take_turn();

  [[nodiscard]] const std::string& peer() const noexcept {
    return socket.peer();
  }

  // -- from topics ------------------------------------------------------------

  void accepted(ticket t);
  void refused(ticket t, const std::string& why);

  /// A topic is gone.
  void down(const caf::actor_addr& who);

  // -- time -------------------------------------------------------------------

  void tick();

  /// Closes at once.
  void abort();

  [[nodiscard]] actor_stat stat() const;

  // -- effects (http_commands.cpp) --------------------------------------------

  void on(http::response& x);
  void on(http::publish& x);
  void on(const http::topic_command& x);
  void on(const http::channel_command& x);
  void on(const report_request& x);
  void on(const http::stream_command& x);
  void on(const peek_query& x);
  void on(const http::backup_command& x);
  void on(const http::config_command& x);
  void on(const http::node_command& x);
  void on(const lookup::request& x);
  [[nodiscard]] std::string not_ready() const;

  broker self;
  std::shared_ptr<const http_settings> settings;
  listener_actor listener;
  /// What the LISTENER knows of this client.
  client_ptr place;
  uint64_t parent = 0;

  /// The name in log output.
  static inline const char* name = "http";

private:
  // -- http_connection.cpp ----------------------------------------------------

  void take_input(std::string_view bytes);
  void run();
  [[nodiscard]] bool step();
  [[nodiscard]] bool may_run() const;
  /// Whether no request is taken any more.
  [[nodiscard]] bool ending() const noexcept {
    return phase > http_phase::open;
  }
  void on_head();
  [[nodiscard]] std::variant<http::route, http::response>
  find_route(const http::request& head);
  void complete(http::body_state how);
  [[nodiscard]] http::effect to_effect(http::body_state how);
  [[nodiscard]] bool body_has_room();
  [[nodiscard]] bool body_is_slow(queue::time_point now);
  void account();
  void close();
  void arm();
  void tell_conduct();
  [[nodiscard]] http_situation situation() const;
  [[nodiscard]] awaited waits_for(actor_state x) const;
  [[nodiscard]] std::optional<queue::time_point> patience_ends() const;
  [[nodiscard]] std::optional<queue::time_point> deadline() const;

  // -- https.cpp --------------------------------------------------------------

  void received_tls(std::string_view bytes);
  void shake_hands();
  void begin_tls();
  void fail_handshake(const std::string& why);
  [[nodiscard]] bool decode();

  // -- http_auth.cpp ----------------------------------------------------------

  [[nodiscard]] http::response refuse_browser();
  /// Whether a secret is needed, and none shown.
  [[nodiscard]] bool lacks_secret() const;
  void authorize(http::effect x);
  void perform_if_granted(http::effect& x);
  void perform(http::effect& x);

  // -- http_answers.cpp -------------------------------------------------------

  void answer(http::response x);
  void answer(http::response with, const report_text_ptr& text);
  void log_request(const http::response& x) const;
  [[nodiscard]] bool fill();
  void flush();
  void output_gone();
  void linger();
  void throw_away(size_t bytes);
  [[nodiscard]] std::string_view date();

  // -- http_stream.cpp --------------------------------------------------------

  void look();
  void looked(const stream_news& x);
  void stream_tick();

  // -- http_backup.cpp --------------------------------------------------------

  void begin_backup();
  void next_piece();
  void send_piece(std::string_view x);
  void end_backup(std::string_view last);

  // -- http_commands.cpp ------------------------------------------------------

  void find_topic();
  void publish_again();
  void remember_topic(const std::string& topic, const topic_actor& handle);
  void watch(const stat_actor& whom, bool on);
  void publish_to(const topic_actor& to);
  void fail(const caf::error& why, std::string_view token);
  template <class Result, class Handle, class... Ts>
  void perform(const Handle& who, std::string_view token, Ts... xs);
  void perform(const topic_actor& who, const http::channel_command& x);
  /// Reads or sets where the nsqlookupds are.
  void on_addresses(const std::optional<std::string>& value);

public:
  // -- what it has ------------------------------------------------------------

  client_socket socket;
  http_phase phase = http_phase::open;
  /// What the request under way waits for.
  http_answer due = http_answer::none;
  /// Until when the TLS handshake is to be done.
  queue::time_point handshake_due{};
  transport::handshake_ptr handshake;

  // The request.
  http::request_parser parser;
  std::optional<http::route> route;
  /// An answer that does not need the body.
  std::optional<http::response> early;
  /// What the body may need, and the room for it if that is much.
  size_t body_size = 0;
  /// See `http::body_plan`.
  size_t body_times = 1;
  body_gate large;
  /// Gone when the connection is closed.
  std::unique_ptr<client_share> share;
  /// The connection cannot go on behind this request.
  bool last_request = false;
  bool greeted = false;
  bool peer_done = false;

  // The answer.
  /// The report that is to be the answer.
  report_text_ptr report;
  /// The answer, or the event of a stream, that leaves piece by piece.
  report_text_ptr long_body;
  size_t long_body_at = 0;
  size_t thrown_away = 0;
  /// Null unless the answer is one that never ends.
  std::unique_ptr<http_stream> stream;
  /// Whether the answer is the store, and whether a piece of it is to come.
  bool backing_up = false;
  bool piece_asked = false;
  int64_t date_second = 0;
  std::string date_text;

  // What the secret of the last request allows.
  grant_gate gate;

  // Publishing.
  known_topics<topic_actor> topics;
  std::optional<publish_packer> publishing;
  /// Whether the next turn goes on with its messages.
  bool packing = false;
  int publish_tries = 0;
  ticket last_ticket = 0;
  caf::actor_addr put_to;

  // Time.
  queue::time_point request_begun{};
  /// When the last request ended, or bytes of an answer left.
  queue::time_point last_progress{};
  size_t body_bytes = 0;
  tick_timer timer;
  next_turn turn;

  // For the stats.
  uint64_t requests = 0;
  uint64_t published = 0;
};

/// Speaks HTTP/1.1 with one client.
http_connection_actor::behavior_type http_connection(
  counting_broker_pointer<http_connection_actor, http_connection_state> self,
  caf::io::connection_handle handle, const listener_actor& listener,
  const client_ptr& place, std::shared_ptr<const http_settings> settings);

/// Returns how a LISTENER makes HTTP connections.
[[nodiscard]] fork_connection
http_connections(std::shared_ptr<const http_settings> settings);

} // namespace cafq
