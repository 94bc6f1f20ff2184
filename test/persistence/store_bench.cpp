// store_bench [DIRECTORY]: rates of the message store. Not a test; compare with
// the figures in docs/STORAGE.md, on a quiet machine.
#include "persistence/allocator.hpp"
#include "persistence/lmdb_message_store.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using namespace cafq;

constexpr size_t body_size = 200;
constexpr size_t messages = 2'000'000;

double seconds() {
  using clock = std::chrono::steady_clock;
  return std::chrono::duration<double>(clock::now().time_since_epoch()).count();
}

void report(const std::string& what, size_t count, double since) {
  const auto took = seconds() - since;
  std::printf("%-52s %8.0f k/s %9.1f ms\n", what.c_str(),
              static_cast<double>(count) / took / 1e3, took * 1e3);
}

queue::block_ptr make_block(uint64_t first, size_t count) {
  const std::string body(body_size, 'x');
  const std::vector<std::string_view> bodies(count, body);
  auto result = queue::block::make(bodies, 1);
  result->number_from(first);
  return result;
}

/// Opens the one store file, new or not.
std::unique_ptr<message_store>
open(const std::filesystem::path& dir, bool fresh) {
  const auto file = dir / "bench.mdb";
  if (fresh) {
    std::filesystem::remove(file);
    std::filesystem::remove(dir / "bench.mdb-lock");
  }
  return open_message_store(file);
}

void name_queues(message_store& store, size_t queues) {
  for (size_t i = 0; i < queues; ++i) {
    topic_record x;
    x.name = "topic" + std::to_string(i);
    x.queue = store.new_queue();
    store.put(x);
  }
  while (store.commit()) {
    // nop
  }
}

void commit_at(message_store& store, size_t bytes) {
  while (store.staged_bytes() > bytes && store.commit()) {
    // nop
  }
}

/// Appends and drains blocks of `size` messages, round-robin over queues.
void backlog(const std::filesystem::path& dir, size_t queues, size_t size,
             size_t count, size_t commit_bytes) {
  const auto label = std::to_string(queues) + " queues, " + std::to_string(size)
                     + " per block, " + std::to_string(commit_bytes >> 10)
                     + " KB commits: ";
  auto store = open(dir, true);
  name_queues(*store, queues);
  const auto blocks = count / size;
  auto begin = seconds();
  for (size_t i = 0; i < blocks; ++i) {
    store->keep(static_cast<queue_id>(1 + i % queues),
                {make_block(1 + i * size, size), {}});
    commit_at(*store, commit_bytes);
  }
  commit_at(*store, 0);
  report(label + "append", blocks * size, begin);
  store = nullptr;
  begin = seconds();
  store = open(dir, false);
  report(label + "open", blocks * size, begin);
  begin = seconds();
  size_t read = 0;
  const auto pending = std::max<size_t>(commit_bytes / (size * body_size), 1);
  std::vector<uint64_t> from(queues, 0);
  for (size_t i = 0; read < blocks * size; ++i) {
    const auto queue = static_cast<queue_id>(1 + i % queues);
    for (const auto& x : store->read(queue, from[i % queues], 4)) {
      from[i % queues] = x.body->last_number() + 1;
      read += x.body->count();
      store->done(queue, x.body->first_number());
    }
    if (store->staged() - store->durable() >= pending)
      static_cast<void>(store->commit());
  }
  commit_at(*store, 0);
  static_cast<void>(store->commit());
  report(label + "drain", blocks * size, begin);
}

void deferred(const std::filesystem::path& dir, size_t count) {
  auto store = open(dir, true);
  name_queues(*store, 1);
  auto begin = seconds();
  for (size_t i = 0; i < count; ++i) {
    const auto due = static_cast<int64_t>(i * 2654435761U % 1'000'000'007U);
    store->defer(1, {due, make_block(i, 1)});
    commit_at(*store, 1 << 20);
  }
  commit_at(*store, 0);
  report("deferred: insert at random times", count, begin);
  begin = seconds();
  for (size_t n = 0; n < count;) {
    for (const auto& x : store->due(1, INT64_MAX, 1000)) {
      store->undefer(1, {x.due_ns, x.body->first_number()});
      ++n;
    }
    static_cast<void>(store->commit());
  }
  report("deferred: take in order", count, begin);
}

} // namespace

int main(int argc, char** argv) {
  tune_allocator();
  const std::filesystem::path dir = argc > 1 ? argv[1] : ".";
  for (size_t queues : {1U, 100U, 10'000U})
    for (size_t commit : {200'000U, 500'000U, 8'000'000U})
      backlog(dir, queues, 256, messages, commit);
  backlog(dir, 1, 1, messages / 2, 500'000);
  backlog(dir, 10'000, 1, messages / 2, 500'000);
  deferred(dir, 500'000);
  std::filesystem::remove(dir / "bench.mdb");
  std::filesystem::remove(dir / "bench.mdb-lock");
}
