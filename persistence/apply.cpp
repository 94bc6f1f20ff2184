#include "persistence/apply.hpp"

#include "persistence/records.hpp"

#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace cafq {

namespace {

using kind = staged_op::kind;

/// One transaction in the making.
class application {
public:
  application(lmdb::txn& to, const tables& in) : to_(to), in_(in) {
    // nop
  }

  std::vector<queue_id> run(const staging& from, uint64_t end) {
    for (auto i = from.begin(); i != end; ++i)
      look_ahead(from.at(i));
    for (auto i = from.begin(); i != end; ++i)
      write(from.at(i));
    count_all();
    return {dropped_.begin(), dropped_.end()};
  }

  void run(const std::vector<const staged_op*>& ops) {
    for (const auto* x : ops)
      write(*x);
    count_all();
  }

private:
  void count_all() {
    for (auto [queue, change] : deferred_)
      if (change != 0)
        count_deferred(to_, in_, queue, change);
  }

  /// Finds what would be written in vain.
  void look_ahead(const staged_op& x) {
    if (x.what == kind::drop_queue)
      dropped_.insert(x.queue);
    else if (x.what == kind::erase && x.where == area::log)
      doomed_.insert(x.key);
  }

  void write(const staged_op& x) {
    switch (x.what) {
      case kind::put:
        if (!dropped_.contains(x.queue))
          put(x);
        break;
      case kind::erase:
        erase(x);
        break;
      case kind::set_aside:
        set_aside(x);
        break;
      case kind::nothing:
      case kind::drop_queue:
        break;
    }
  }

  void put(const staged_op& x) {
    switch (x.where) {
      case area::names:
        to_.put(in_.names, x.key, x.value);
        break;
      case area::log:
        if (!doomed_.contains(x.key))
          encode_block(x.key, *x.body,
                       to_.append(in_.log, x.key, block_record_size(*x.body)));
        break;
      case area::ack:
        to_.put(in_.ack, x.key, x.value);
        break;
      case area::defer:
        put_deferred(x);
        break;
      case area::meta:
        to_.put(in_.meta, x.key, x.value);
        break;
    }
  }

  void put_deferred(const staged_op& x) {
    const auto value = encode_deferred(x.key, *x.body);
    if (to_.insert(in_.defer, x.key, value))
      ++deferred_[x.queue];
    else
      to_.put(in_.defer, x.key, value);
  }

  void erase(const staged_op& x) {
    switch (x.where) {
      case area::names:
        to_.erase(in_.names, x.key);
        break;
      case area::log:
        erase_block(x.key);
        break;
      case area::ack:
        to_.erase(in_.ack, x.key);
        break;
      case area::defer:
        if (to_.erase(in_.defer, x.key))
          --deferred_[x.queue];
        break;
      case area::meta: // stays
        break;
    }
  }

  void erase_block(std::string_view key) {
    to_.erase(in_.log, key);
    if (const auto name = decode_log_key(key))
      to_.erase(in_.ack, encode(ack_key{name->queue, name->id}));
  }

  /// The bytes stay, for whoever wants to look into them.
  void set_aside(const staged_op& x) {
    const auto in_log = x.where == area::log;
    const auto value = to_.get(in_log ? in_.log : in_.defer, x.key);
    if (!value)
      return;
    const std::string copy{*value};
    to_.put(in_.damaged, damaged_key(x.queue, in_log ? 'L' : 'D', x.key), copy);
    erase(x);
  }

  lmdb::txn& to_;
  const tables& in_;
  std::unordered_set<queue_id> dropped_;
  std::unordered_set<std::string_view> doomed_;
  std::unordered_map<queue_id, int64_t> deferred_;
};

} // namespace

std::vector<queue_id>
apply(const staging& from, uint64_t end, lmdb::txn& to, const tables& in) {
  return application{to, in}.run(from, end);
}

void apply(const std::vector<const staged_op*>& ops, lmdb::txn& to,
           const tables& in) {
  application{to, in}.run(ops);
}

void count_deferred(lmdb::txn& to, const tables& in, queue_id queue,
                    int64_t change) {
  const auto key = deferred_count_key(queue);
  const auto row = to.get(in.meta, key);
  const auto before = row ? decode_counter(key, *row).value_or(0) : 0;
  const auto after = before + static_cast<uint64_t>(change);
  if (after == 0)
    to.erase(in.meta, key);
  else
    to.put(in.meta, key, encode_counter(key, after));
}

} // namespace cafq
