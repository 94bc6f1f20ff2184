#include "test/persistence/support.hpp"

namespace cafq::test {

std::ostream& operator<<(std::ostream& out, const text& x) {
  return out << '{' << x.number << ' ' << x.timestamp_ns << ' ' << x.attempts
             << ' ' << x.body << '}';
}

queue::block_ptr make_block(const std::vector<text>& x) {
  std::vector<queue::message_view> views;
  views.reserve(x.size());
  for (const auto& m : x)
    views.push_back({m.number, m.timestamp_ns, m.attempts, m.body});
  return queue::block::make(views);
}

queue::block_ptr make_block(uint64_t first, size_t count) {
  std::vector<text> result;
  for (size_t i = 0; i < count; ++i)
    result.push_back({first + i, 1000, 0, "m" + std::to_string(first + i)});
  return make_block(result);
}

std::vector<text> texts(const queue::block& x) {
  std::vector<text> result;
  result.reserve(x.count());
  for (size_t i = 0; i < x.count(); ++i)
    result.push_back(
      {x.number(i), x.timestamp_ns(i), x.attempts(i), std::string{x.body(i)}});
  return result;
}

std::vector<uint64_t> names(const std::vector<stored_block>& x) {
  std::vector<uint64_t> result;
  result.reserve(x.size());
  for (const auto& y : x)
    result.push_back(y.body->first_number());
  return result;
}

void commit_all(message_store& x) {
  while (x.commit()) {
    // nop
  }
}

void store_fixture::reopen() {
  store = nullptr;
  store = open_message_store(dir.store_file(), options);
}

queue_id store_fixture::named_queue(const std::string& topic) {
  topic_record x;
  x.name = topic;
  x.queue = store->new_queue();
  store->put(x);
  return x.queue;
}

} // namespace cafq::test
