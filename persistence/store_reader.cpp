#include "persistence/store_reader.hpp"

#include "persistence/backlog.hpp"
#include "persistence/keys.hpp"
#include "persistence/records.hpp"

#include <boost/algorithm/hex.hpp>

#include <functional>
#include <map>
#include <optional>
#include <set>

namespace cafq {

namespace {

std::filesystem::path file_of(const std::filesystem::path& path) {
  std::error_code failed;
  return std::filesystem::is_directory(path, failed)
           ? path / data_path::store_file_name
           : path;
}

} // namespace

/// One way through all tables.
class store_reader::walk {
public:
  walk(lmdb::txn& from, const tables& in, store_visitor& to)
    : from_(from), in_(in), to_(to) {
    // nop
  }

  void run() {
    table("names", in_.names,
          [this](auto key, auto value) { read_name(key, value); });
    table("log", in_.log,
          [this](auto key, auto value) { read_block(key, value); });
    table("ack", in_.ack, [this](auto key, auto) { look_for_block(key); });
    table("defer", in_.defer,
          [this](auto key, auto value) { read_deferred(key, value); });
    table("damaged", in_.damaged,
          [this](auto key, auto) { to_.set_aside(queue_of(key).value_or(0)); });
    table("meta", in_.meta,
          [this](auto key, auto value) { read_counter(key, value); });
    compare_counters();
  }

private:
  using row_reader
    = std::function<void(std::string_view key, std::string_view value)>;

  /// Goes through a table as far as its order can be trusted.
  void table(const char* name, lmdb::table where, const row_reader& f) {
    try {
      lmdb::cursor at{from_, where};
      std::string last;
      uint64_t rows = 0;
      for (auto more = at.first(); more; more = at.next(), ++rows) {
        if (rows > 0 && at.key() <= last) {
          damaged(0, name, at.key(), "is not in order; the rest is not read");
          return;
        }
        last = at.key();
        f(at.key(), at.value());
      }
      if (rows != from_.rows(where))
        to_.damaged(0, std::string{name} + ": has " + std::to_string(rows)
                         + " rows, should have "
                         + std::to_string(from_.rows(where)));
    } catch (const lmdb::error& x) {
      to_.damaged(0, std::string{name} + ": " + x.what());
    }
  }

  void damaged(queue_id queue, const char* table, std::string_view key,
               const char* what) {
    to_.damaged(queue, std::string{table} + ": row "
                         + boost::algorithm::hex_lower(std::string{key}) + " "
                         + what);
  }

  void read_name(std::string_view key, std::string_view value) {
    if (key.starts_with('T')) {
      if (const auto x = decode_topic(key, value))
        return found(*x, &store_visitor::topic);
    } else if (key.starts_with('C')) {
      if (const auto x = decode_channel(key, value))
        return found(*x, &store_visitor::channel);
    }
    damaged(0, "names", key, "is damaged");
  }

  template <class Record>
  void found(const Record& x, void (store_visitor::*tell)(const Record&)) {
    named_.insert(x.queue);
    (to_.*tell)(x);
  }

  void read_block(std::string_view key, std::string_view value) {
    const auto name = decode_log_key(key);
    auto body = decode_block(key, value);
    if (!name || !body || body->last_number() - name->first != name->span
        || !from_.has_its_pages(key, value))
      return damaged(name ? name->queue : 0, "log", key, "is damaged");
    stored_block x{std::move(body), {}};
    const auto ack = encode(ack_key{name->queue, name->id});
    if (const auto row = from_.get(in_.ack, ack)) {
      if (auto progress = decode_progress(ack, *row, name->count))
        x.progress = std::move(*progress);
      else
        damaged(name->queue, "ack", ack, "is damaged");
    }
    to_.block(name->queue, x);
  }

  void look_for_block(std::string_view key) {
    const auto name = decode_ack_key(key);
    if (!name)
      return damaged(0, "ack", key, "is damaged");
    // Of the key in `log`, id and queue are known, and they come first.
    constexpr size_t known = 12;
    const auto from = encode(log_key{.id = name->id, .queue = name->queue});
    lmdb::cursor at{from_, in_.log};
    if (!at.seek(from) || !at.key().starts_with(from.substr(0, known)))
      to_.stray(name->queue);
  }

  void read_deferred(std::string_view key, std::string_view value) {
    const auto name = decode_defer_key(key);
    auto body = decode_deferred(key, value);
    if (name)
      ++deferred_rows_[name->queue];
    if (!body)
      return damaged(name ? name->queue : 0, "defer", key, "is damaged");
    to_.deferred(name->queue, {name->message.due_ns, std::move(body)});
  }

  void read_counter(std::string_view key, std::string_view value) {
    // That of the format is not sealed, and looked at before.
    if (key != format_key && !decode_counter(key, value))
      damaged(0, "meta", key, "is damaged");
  }

  void compare_counters() {
    for (const auto& [queue, rows] : deferred_rows_) {
      if (!named_.contains(queue))
        continue; // half deleted, perhaps
      const auto key = deferred_count_key(queue);
      const auto row = from_.get(in_.meta, key);
      const auto count = row ? decode_counter(key, *row) : std::nullopt;
      if (count.value_or(0) != rows)
        to_.damaged(queue, "meta: counts " + std::to_string(count.value_or(0))
                             + " deferred messages, there are "
                             + std::to_string(rows));
    }
  }

  lmdb::txn& from_;
  const tables& in_;
  store_visitor& to_;
  std::set<queue_id> named_;
  std::map<queue_id, uint64_t> deferred_rows_;
};

store_reader::store_reader(const std::filesystem::path& path)
  : file_(file_of(path)),
    lock_(file_.parent_path()),
    env_(open_environment_for_reading(file_)),
    tables_(find_tables(env_, file_)) {
  // nop
}

uint64_t store_reader::mark(std::string_view name) {
  lmdb::txn reading{env_, lmdb::txn::mode::read};
  return find_mark(reading, tables_, name);
}

void store_reader::read(store_visitor& to) {
  lmdb::txn reading{env_, lmdb::txn::mode::read};
  walk{reading, tables_, to}.run();
}

} // namespace cafq
