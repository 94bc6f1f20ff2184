#include "test/actors/store_world.hpp"

namespace cafq::test {

store_world::store_world() {
  options.fault = [this](const char*) {
    return disk_full ? ENOSPC : 0;
  };
  settings.mem_queue_size = 100;
  settings.unix_offset = [] {
    return unix_offset;
  };
  settings.health = health;
  start();
}

store_world::~store_world() {
  end();
}

void store_world::start() {
  disk = open_message_store(dir.store_file(), options);
  auto found = recover(*disk);
  keeper = sys.spawn(cafq::store, disk, health);
  node = sys.spawn(cafq::node, keeper, found, settings);
  run();
}

void store_world::end() {
  for (auto& x : clients)
    self->send_exit(x, caf::exit_reason::user_shutdown);
  clients.clear();
  publisher = nullptr;
  self->send_exit(node, caf::exit_reason::user_shutdown);
  self->send_exit(keeper, caf::exit_reason::user_shutdown);
  node = nullptr;
  keeper = nullptr;
  run();
  disk = nullptr;
}

void store_world::stop() {
  BOOST_TEST_REQUIRE(ask<atom::save>(node, atom::save_v).has_value());
  end();
}

void store_world::restart() {
  stop();
  start();
}

std::shared_ptr<message_store> store_world::look() {
  end();
  disk = open_message_store(dir.store_file(), options);
  return disk;
}

client_actor store_world::consumer(const channel_actor& of, size_t rdy) {
  return node_world::consumer(of, rdy, {std::chrono::minutes{1}, 0, {}});
}

std::string store_world::body(uint64_t i) {
  return "m" + std::to_string(i);
}

void store_world::put(const topic_actor& to, uint64_t first, uint64_t last) {
  batch_ptr x{new batch};
  for (auto i = first; i <= last; ++i) {
    const auto text = body(i);
    const std::string_view view{text};
    x->items.push_back({queue::block::make(std::span{&view, 1}, 1), {}});
  }
  self->send(to, atom::put_v, x, publisher, ++last_ticket);
}

void store_world::requeue(const channel_actor& at, const client_actor& who,
                          uint64_t which, queue::duration delay) {
  node_world::requeue(at, who, std::vector{which}, delay);
}

std::vector<std::string>
store_world::drain(const channel_actor& at, const client_actor& who) {
  auto& got = sent_to(who).messages;
  for (size_t done = 0; done < got.size();) {
    std::vector<uint64_t> all;
    for (; done < got.size(); ++done)
      all.push_back(got[done].number);
    finish(at, who, all);
    if (const auto& reports = sent_to(who).reports; !reports.empty()) {
      self->send(at, atom::sent_v, consumer_id{who.id()}, reports.back());
      run();
    }
  }
  std::vector<std::string> result;
  result.reserve(got.size());
  for (const auto& x : got)
    result.push_back(x.body);
  return result;
}

std::vector<std::string> store_world::bodies(uint64_t first, uint64_t last) {
  std::vector<std::string> result;
  result.reserve(last - first + 1);
  for (auto i = first; i <= last; ++i)
    result.push_back(body(i));
  return result;
}

} // namespace cafq::test
