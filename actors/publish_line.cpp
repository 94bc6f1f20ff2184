#include "actors/publish_line.hpp"

#include "actors/body_budget.hpp"

#include <algorithm>
#include <functional>
#include <iterator>

namespace cafq {

void publish_line::add(batch_ptr body, client_actor from, ticket answer_to,
                       queue::time_point now,
                       const std::shared_ptr<memory_ledger>& memory) {
  using claim = memory_ledger::claim;
  if (waiting_.empty())
    progress_ = now;
  auto counted = std::make_unique<claim>(memory, claim::kind::waiting,
                                         block_memory_of(*body));
  waiting_.push_back(
    {std::move(body), std::move(from), answer_to, now, std::move(counted)});
}

publish_line::list
publish_line::overdue(queue::time_point now, bool memory_wanted) {
  if (now - progress_ >= patience)
    return take_all();
  if (!memory_wanted || now - progress_ < large_patience)
    return {};
  const auto is_due = [now](const put& x) {
    return now - x.since >= large_patience
           && x.memory->bytes() > body_budget::small;
  };
  const auto begin = std::stable_partition(waiting_.begin(), waiting_.end(),
                                           std::not_fn(is_due));
  list result{std::make_move_iterator(begin),
              std::make_move_iterator(waiting_.end())};
  waiting_.erase(begin, waiting_.end());
  return result;
}

} // namespace cafq
