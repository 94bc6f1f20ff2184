#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <variant>

namespace cafq {

/// What a figure counts.
enum class figure_unit : uint8_t {
  /// Things of which the name tells.
  number,
  bytes,
  microseconds,
  /// 1 if it is so, else 0.
  flag,
};

/// A figure of a kind of actor: /debug/actors, /metrics and the manual have all
/// they say of it from here.
template <class Figures>
struct figure_row {
  std::string_view name;
  uint64_t Figures::*value = nullptr;
  /// A line of help.
  std::string_view what;
  figure_unit unit = figure_unit::number;
};

// What each kind of actor tells in numbers, in the order in which it is told. A
// kind has its name from `state_rows`.

struct node_figures {
  uint64_t topics = 0;
  uint64_t restarts = 0;

  static constexpr std::string_view kind = "node";
  static const std::array<figure_row<node_figures>, 2> rows;
};

struct listener_figures {
  uint64_t connections = 0;
  uint64_t silent = 0;
  uint64_t accepted = 0;
  uint64_t ended = 0;
  uint64_t refused = 0;
  uint64_t longest_turn_us = 0;

  static constexpr std::string_view kind = "listener";
  static const std::array<figure_row<listener_figures>, 6> rows;
};

struct connection_figures {
  uint64_t commands = 0;
  uint64_t published = 0;
  uint64_t pending_bytes = 0;
  uint64_t open_bytes = 0;
  uint64_t state = 0;

  static constexpr std::string_view kind = "connection";
  static const std::array<figure_row<connection_figures>, 5> rows;
};

struct http_figures {
  uint64_t requests = 0;
  uint64_t published = 0;
  uint64_t pending_bytes = 0;

  static constexpr std::string_view kind = "http";
  static const std::array<figure_row<http_figures>, 3> rows;
};

struct topic_figures {
  uint64_t depth = 0;
  uint64_t backend_depth = 0;
  uint64_t messages = 0;
  uint64_t bytes = 0;
  uint64_t dropped = 0;
  uint64_t waiting = 0;
  uint64_t appending = 0;
  uint64_t channels = 0;

  static constexpr std::string_view kind = "topic";
  static const std::array<figure_row<topic_figures>, 8> rows;
};

struct channel_figures {
  uint64_t depth = 0;
  uint64_t backend_depth = 0;
  uint64_t in_flight = 0;
  uint64_t deferred = 0;
  uint64_t messages = 0;
  uint64_t requeued = 0;
  uint64_t timed_out = 0;
  uint64_t dropped = 0;
  uint64_t consumers = 0;

  static constexpr std::string_view kind = "channel";
  static const std::array<figure_row<channel_figures>, 9> rows;
};

struct store_figures {
  uint64_t staged_bytes = 0;
  uint64_t commits = 0;
  uint64_t commits_1ms = 0;
  uint64_t commits_10ms = 0;
  uint64_t commits_100ms = 0;
  uint64_t commit_us = 0;
  uint64_t waiting = 0;
  uint64_t file_bytes = 0;
  uint64_t used_bytes = 0;
  uint64_t usable_bytes = 0;
  uint64_t disk_bytes = 0;
  uint64_t available_bytes = 0;
  uint64_t reserve_bytes = 0;
  uint64_t limit_bytes = 0;
  uint64_t damaged_blocks = 0;
  uint64_t full = 0;
  uint64_t failing = 0;

  static constexpr std::string_view kind = "store";
  static const std::array<figure_row<store_figures>, 17> rows;
};

struct discovery_figures {
  uint64_t topics = 0;
  uint64_t lookupds = 0;
  uint64_t ready = 0;

  static constexpr std::string_view kind = "discovery";
  static const std::array<figure_row<discovery_figures>, 3> rows;
};

struct lookup_peer_figures {
  uint64_t ready = 0;
  uint64_t dials = 0;
  uint64_t connects = 0;
  uint64_t commands = 0;
  uint64_t unanswered = 0;
  uint64_t errors = 0;
  uint64_t pending_bytes = 0;

  static constexpr std::string_view kind = "lookup_peer";
  static const std::array<figure_row<lookup_peer_figures>, 7> rows;
};

struct statsd_figures {
  uint64_t packets = 0;
  uint64_t waiting = 0;
  uint64_t failures = 0;

  static constexpr std::string_view kind = "statsd";
  static const std::array<figure_row<statsd_figures>, 3> rows;
};

struct collector_figures {
  uint64_t gatherings = 0;
  uint64_t waiting = 0;
  uint64_t history_bytes = 0;
  uint64_t heap_trims = 0;

  static constexpr std::string_view kind = "collector";
  static const std::array<figure_row<collector_figures>, 4> rows;
};

struct peeker_figures {
  uint64_t looks = 0;
  uint64_t waiting = 0;

  static constexpr std::string_view kind = "peeker";
  static const std::array<figure_row<peeker_figures>, 2> rows;
};

struct backup_figures {
  uint64_t taken = 0;
  uint64_t broken_off = 0;
  uint64_t bytes = 0;

  static constexpr std::string_view kind = "backup";
  static const std::array<figure_row<backup_figures>, 3> rows;
};

struct handshaker_figures {
  uint64_t steps = 0;
  uint64_t refused = 0;
  uint64_t failures = 0;

  static constexpr std::string_view kind = "handshaker";
  static const std::array<figure_row<handshaker_figures>, 3> rows;
};

struct fetcher_figures {
  uint64_t requests = 0;
  uint64_t open = 0;

  static constexpr std::string_view kind = "fetcher";
  static const std::array<figure_row<fetcher_figures>, 2> rows;
};

struct authorizer_figures {
  uint64_t questions = 0;
  uint64_t failures = 0;

  static constexpr std::string_view kind = "authorizer";
  static const std::array<figure_row<authorizer_figures>, 2> rows;
};

struct registry_figures {
  uint64_t topics = 0;
  uint64_t channels = 0;
  uint64_t producers = 0;
  uint64_t unreachable = 0;
  uint64_t registrations = 0;
  uint64_t bytes = 0;
  uint64_t commands = 0;
  uint64_t refused = 0;
  uint64_t lookups = 0;

  static constexpr std::string_view kind = "registry";
  static const std::array<figure_row<registry_figures>, 9> rows;
};

struct dialer_figures {
  uint64_t dials = 0;
  uint64_t failures = 0;
  uint64_t open = 0;
  uint64_t waiting = 0;

  static constexpr std::string_view kind = "dialer";
  static const std::array<figure_row<dialer_figures>, 4> rows;
};

struct producer_figures {
  uint64_t commands = 0;
  uint64_t identified = 0;
  uint64_t pending_bytes = 0;

  static constexpr std::string_view kind = "producer";
  static const std::array<figure_row<producer_figures>, 3> rows;
};

/// The figures of any actor. There are many thousands of these in memory at a
/// time: the one kind that has many figures has them elsewhere.
class actor_figures {
public:
  /// An actor without any.
  actor_figures() = default;

  template <class T>
  requires requires {
    T::rows;
  }
  // NOLINTNEXTLINE(google-explicit-constructor): it is what it holds.
  actor_figures(const T& x) {
    if constexpr (std::is_same_v<T, store_figures>)
      all_ = std::make_shared<const store_figures>(x);
    else
      all_ = x;
  }

  /// Returns one of them, 0 if this is another kind of actor.
  template <class T>
  [[nodiscard]] uint64_t get(uint64_t T::*value) const noexcept {
    const auto* x = find<T>();
    return x ? x->*value : 0;
  }

  /// Returns those of a kind; `nullptr` if this is another one.
  template <class T>
  [[nodiscard]] const T* find() const noexcept {
    if constexpr (std::is_same_v<T, store_figures>) {
      const auto* x = std::get_if<stored_elsewhere>(&all_);
      return x ? x->get() : nullptr;
    } else {
      return std::get_if<T>(&all_);
    }
  }

  /// Calls `f` with name and value of each.
  template <class F>
  void for_each(F&& f) const {
    std::visit([&f](const auto& x) { tell(x, f); }, all_);
  }

  /// Returns the figure that somebody outside has named, if there is one.
  [[nodiscard]] std::optional<uint64_t> named(std::string_view name) const;

private:
  using stored_elsewhere = std::shared_ptr<const store_figures>;

  template <class F>
  static void tell(std::monostate, F&) {
    // nop
  }

  template <class F>
  static void tell(const stored_elsewhere& x, F& f) {
    tell(*x, f);
  }

  template <class T, class F>
  static void tell(const T& x, F& f) {
    for (const auto& row : T::rows)
      f(row.name, x.*row.value);
  }

  std::variant<
    std::monostate, node_figures, listener_figures, connection_figures,
    http_figures, topic_figures, channel_figures, stored_elsewhere,
    discovery_figures, lookup_peer_figures, statsd_figures, collector_figures,
    peeker_figures, backup_figures, handshaker_figures, fetcher_figures,
    authorizer_figures, registry_figures, dialer_figures, producer_figures>
    all_;
};

static_assert(sizeof(actor_figures) <= 80);

/// Calls `f` with an empty instance of the figures of each kind of actor.
template <class F>
void for_each_kind_of_figures(F&& f) {
  f(node_figures{});
  f(listener_figures{});
  f(connection_figures{});
  f(http_figures{});
  f(topic_figures{});
  f(store_figures{});
  f(channel_figures{});
  f(discovery_figures{});
  f(lookup_peer_figures{});
  f(statsd_figures{});
  f(collector_figures{});
  f(peeker_figures{});
  f(backup_figures{});
  f(handshaker_figures{});
  f(fetcher_figures{});
  f(authorizer_figures{});
  f(registry_figures{});
  f(dialer_figures{});
  f(producer_figures{});
}

/// Returns what the table says of a figure.
template <class T>
[[nodiscard]] const figure_row<T>& row_of(uint64_t T::*value) noexcept {
  const auto* i = T::rows.data();
  // The table has each: see figures.cpp.
  while (i->value != value)
    ++i;
  return *i;
}

} // namespace cafq
