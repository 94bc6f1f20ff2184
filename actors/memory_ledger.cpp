#include "actors/memory_ledger.hpp"

#include "actors/body_budget.hpp"
#include "net/protocol/contract.hpp"

#include <boost/algorithm/string/join.hpp>

#include <algorithm>
#include <utility>

namespace cafq {

namespace {

/// What is not worth asking for.
constexpr size_t little = 4096;

/// Use is known no finer than this: so a busy queue seldom needs the lock.
constexpr auto grain = std::chrono::milliseconds{10};

/// Queues asked at a time, and how long to wait for those that do not answer.
constexpr size_t most_asked = 256;
constexpr auto patience = std::chrono::milliseconds{100};

/// How many holders to name.
constexpr size_t most_named = 3;

/// For how long refused publishes are news.
constexpr auto recent = std::chrono::seconds{10};

constexpr size_t mebibyte = size_t{1} << 20U;

/// Whether one of several may have more of a share, of which all have some: one
/// that has much must not take the others' part.
bool may_have_more(size_t own, size_t all, const std::atomic<size_t>& owners,
                   size_t share) {
  const auto fair
    = share / std::max<size_t>(owners.load(std::memory_order_relaxed), 1) / 2;
  return all < share || own < fair;
}

std::string in_mebibytes(size_t bytes) {
  return std::to_string((bytes + mebibyte - 1) / mebibyte) + " MiB";
}

} // namespace

// -- one queue ----------------------------------------------------------------

memory_ledger::account::account(std::shared_ptr<memory_ledger> in,
                                std::string name, storable what,
                                std::function<void()> shed)
  : in_(std::move(in)),
    name_(std::move(name)),
    what_(what),
    shed_(std::move(shed)) {
  const std::lock_guard hold{in_->lock_};
  all_ = in_->all_.insert(in_->all_.end(), this);
}

memory_ledger::account::~account() {
  holds(0, used_);
  const std::lock_guard hold{in_->lock_};
  in_->all_.erase(all_);
}

void memory_ledger::account::holds(size_t bytes, queue::time_point now) {
  const auto before = bytes_.exchange(bytes, std::memory_order_relaxed);
  if (what_ == storable::no) {
    in_->unstorable_.fetch_add(bytes - before, std::memory_order_relaxed);
    all_unstorable_.fetch_add(bytes - before, std::memory_order_relaxed);
    if ((before > 0) != (bytes > 0))
      in_->unstorable_queues_.fetch_add(bytes > 0 ? 1 : size_t(-1),
                                        std::memory_order_relaxed);
    return;
  }
  const auto known = (before >= little) == (bytes >= little);
  if (known && (bytes < little || now - used_ < grain))
    return;
  in_->enter_line(*this, now);
}

void memory_ledger::account::gave_up(size_t bytes, queue::time_point now) {
  bytes_.store(bytes, std::memory_order_relaxed);
  in_->enter_line(*this, now);
}

bool memory_ledger::account::may_grow(size_t share) const noexcept {
  return may_have_more(bytes_.load(std::memory_order_relaxed),
                       in_->unstorable(), in_->unstorable_queues_, share);
}

// -- beside the messages ------------------------------------------------------

memory_ledger::bookkeeping::bookkeeping(std::shared_ptr<memory_ledger> in)
  : in_(std::move(in)) {
  // nop
}

memory_ledger::bookkeeping::~bookkeeping() {
  takes(0, 0);
}

void memory_ledger::bookkeeping::takes(size_t bytes,
                                       size_t in_flight) noexcept {
  const auto move = [](std::atomic<size_t>& all, size_t& own, size_t x) {
    const auto before = std::exchange(own, x - x % little);
    if (own != before)
      all.fetch_add(own - before, std::memory_order_relaxed);
    return before;
  };
  move(all_bookkeeping_, bytes_, bytes);
  const auto had = move(in_->in_flight_, in_flight_, in_flight) > 0;
  if (had != (in_flight_ > 0))
    in_->queues_in_flight_.fetch_add(had ? size_t(-1) : 1,
                                     std::memory_order_relaxed);
}

bool memory_ledger::bookkeeping::may_grow(size_t share) const noexcept {
  return may_have_more(in_flight_,
                       in_->in_flight_.load(std::memory_order_relaxed),
                       in_->queues_in_flight_, share);
}

// -- on their way -------------------------------------------------------------

memory_ledger::writer::writer(std::shared_ptr<memory_ledger> in)
  : in_(std::move(in)) {
  // nop
}

bool memory_ledger::writer::enough() const noexcept {
  return !may_have_more(bytes_.load(std::memory_order_relaxed),
                        in_->writing_.load(std::memory_order_relaxed),
                        in_->writers_, most_writing);
}

bool memory_ledger::writer::enough_rows(size_t share) const noexcept {
  const auto own = rows_.load(std::memory_order_relaxed);
  return own > 0
         && !may_have_more(own,
                           in_->writing_rows_.load(std::memory_order_relaxed),
                           in_->writers_, share);
}

/// What is on its way may have bytes, rows, both or, seldom, neither.
void memory_ledger::writer::add(size_t bytes, size_t rows) noexcept {
  rows_.fetch_add(rows, std::memory_order_relaxed);
  in_->writing_rows_.fetch_add(rows, std::memory_order_relaxed);
  all_bookkeeping_.fetch_add(rows, std::memory_order_relaxed);
  bytes_.fetch_add(bytes, std::memory_order_relaxed);
  if (claims_.fetch_add(1, std::memory_order_relaxed) == 0)
    in_->writers_.fetch_add(1, std::memory_order_relaxed);
}

void memory_ledger::writer::remove(size_t bytes, size_t rows) noexcept {
  take_off(rows_, rows);
  take_off(in_->writing_rows_, rows);
  take_off(all_bookkeeping_, rows);
  take_off(bytes_, bytes);
  if (claims_.fetch_sub(1, std::memory_order_relaxed) == 1)
    take_off(in_->writers_, 1);
}

memory_ledger::claim::claim(std::shared_ptr<writer> by, size_t bytes,
                            size_t rows)
  : claim(by->in_, kind::writing, bytes) {
  by_ = std::move(by);
  rows_ = rows;
  by_->add(bytes_, rows_);
}

memory_ledger::claim::claim(std::shared_ptr<memory_ledger> in, kind what,
                            size_t bytes)
  : in_(std::move(in)), what_(what), bytes_(bytes) {
  counter().fetch_add(bytes_, std::memory_order_relaxed);
}

std::atomic<size_t>& memory_ledger::claim::counter() const noexcept {
  switch (what_) {
    case kind::writing:
      return in_->writing_;
    case kind::reading:
      return in_->reading_;
    case kind::waiting:
      break;
  }
  return in_->waiting_;
}

memory_ledger::claim::~claim() {
  take_off(counter(), bytes_);
  if (by_)
    by_->remove(bytes_, rows_);
}

size_t memory_ledger::spare(size_t limit) const noexcept {
  const auto used = message_memory() + reading_.load(std::memory_order_relaxed);
  const auto most = limit / 4 * 3;
  // Others want to read as well.
  return used < most ? (most - used) / 4 : 0;
}

// -- all of them --------------------------------------------------------------

void memory_ledger::relieve(size_t limit, queue::time_point now) {
  const auto used = message_memory();
  // What is given up leaves memory when it is on disk.
  if (used < limit / 4 * 3 || writing_enough())
    return;
  // Not under the lock: the last one that holds a queue may be among them.
  for (const auto& ask : next_to_ask(used, limit, now))
    ask();
}

std::vector<std::function<void()>>
memory_ledger::next_to_ask(size_t used, size_t limit, queue::time_point now) {
  std::vector<std::function<void()>> result;
  const std::lock_guard hold{lock_};
  const auto since = now - last_asked_;
  if (since < (waiting_for_ > 0 ? patience : grain))
    return result;
  last_asked_ = now;
  const auto wanted = used - limit / 2;
  size_t bytes = 0;
  while (result.size() < most_asked && bytes < wanted && !line_.empty()) {
    auto& x = *line_.front();
    leave_line(x);
    bytes += x.bytes_.load(std::memory_order_relaxed);
    x.asked_ = true;
    ++waiting_for_;
    result.push_back(x.shed_);
  }
  times_asked_.fetch_add(result.size(), std::memory_order_relaxed);
  return result;
}

void memory_ledger::enter_line(account& x, queue::time_point now) {
  x.used_ = now;
  const std::lock_guard hold{lock_};
  leave_line(x);
  if (x.bytes_.load(std::memory_order_relaxed) >= little)
    x.line_ = line_.insert(line_.end(), &x);
}

/// @pre The lock is held.
void memory_ledger::leave_line(account& x) {
  if (x.line_)
    line_.erase(*std::exchange(x.line_, std::nullopt));
  if (std::exchange(x.asked_, false))
    --waiting_for_;
}

bool memory_ledger::invariant() const {
  const std::lock_guard hold{lock_};
  size_t unstorable = 0;
  size_t unstorable_queues = 0;
  size_t asked = 0;
  size_t in_line = 0;
  for (const auto* x : all_) {
    const auto bytes = x->bytes_.load(std::memory_order_relaxed);
    if (x->what_ == storable::no) {
      unstorable += bytes;
      unstorable_queues += bytes > 0;
    }
    asked += x->asked_;
    in_line += x->line_.has_value();
    // Whoever was asked stands in line again behind the answer.
    if (x->asked_ && x->line_)
      return false;
  }
  return unstorable == unstorable_ && unstorable_queues == unstorable_queues_
         && asked == waiting_for_ && in_line == line_.size()
         && (writing_ > 0 || writing_rows_ > 0 || writers_ == 0);
}

std::string memory_ledger::holders() const {
  const std::lock_guard hold{lock_};
  std::vector<std::pair<size_t, const account*>> found;
  for (const auto* x : all_)
    if (const auto bytes = x->bytes_.load(std::memory_order_relaxed); bytes > 0)
      found.emplace_back(bytes, x);
  const auto end = std::min(found.size(), most_named);
  std::partial_sort(
    found.begin(), found.begin() + static_cast<ptrdiff_t>(end), found.end(),
    [](const auto& x, const auto& y) { return x.first > y.first; });
  std::vector<std::string> result;
  for (size_t i = 0; i < end; ++i) {
    const auto& [bytes, x] = found[i];
    result.push_back(
      x->name_ + " " + in_mebibytes(bytes)
      + (x->what_ == storable::no ? " that cannot be stored" : ""));
  }
  if (const auto bytes = waiting(); bytes >= mebibyte)
    result.push_back("publishes that wait " + in_mebibytes(bytes));
  if (const auto bytes = body_budget::bytes_in_memory(); bytes >= mebibyte)
    result.push_back("bodies on their way " + in_mebibytes(bytes));
  return boost::algorithm::join(result, ", ");
}

void memory_ledger::refused(const std::string& why, queue::time_point now) {
  const std::lock_guard hold{lock_};
  trouble_ = why;
  trouble_at_ = now;
}

std::string memory_ledger::trouble(queue::time_point now) const {
  const std::lock_guard hold{lock_};
  if (!trouble_at_ || now - *trouble_at_ >= recent)
    return {};
  return trouble_;
}

} // namespace cafq
