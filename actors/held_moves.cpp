#include "actors/held_moves.hpp"

#include "net/protocol/contract.hpp"

#include <algorithm>
#include <vector>

namespace cafq {

namespace {

constexpr size_t most_to_one = size_t{1} << 20U;
constexpr size_t most_to_all = size_t{8} << 20U;

queue::block_ptr
renumbered(const queue::stored_block& x, queue::number_source& numbers) {
  std::vector<queue::message_view> left;
  for (size_t i = 0; i < x.body->count(); ++i)
    if (!x.progress.finished[i])
      left.push_back(x.body->message(i));
  auto number = numbers.take(left.size());
  for (auto& y : left)
    y.number = number++;
  return queue::block::make(left);
}

} // namespace

size_t bytes_to_move(size_t channels) {
  CAFQ_CHECK(channels > 0);
  return std::min(most_to_one, most_to_all / channels);
}

batch_ptr take_held(queue::channel_queue& from, queue::number_source& numbers,
                    size_t most) {
  batch_ptr result{new batch};
  size_t bytes = 0;
  const auto more = [&] {
    return bytes < most && numbers.may_take(queue::block::max_messages);
  };
  while (more()) {
    const auto next = from.move_block();
    if (!next)
      break;
    result->items.push_back({renumbered(*next, numbers), {}});
    bytes += next->body->bytes();
  }
  while (more()) {
    const auto next = from.move_deferred();
    if (!next)
      break;
    result->items.push_back(
      {renumbered({next->first, {}}, numbers), next->second});
    bytes += next->first->bytes();
  }
  return result->items.empty() ? nullptr : result;
}

} // namespace cafq
