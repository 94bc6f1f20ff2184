#include "actors/reports/given_texts.hpp"

#include <algorithm>

namespace cafq {

void given_texts::add(const report_text_ptr& newest, size_t most) {
  size_t total = newest->size();
  std::deque<std::weak_ptr<report_text>> left;
  std::for_each(texts_.rbegin(), texts_.rend(), [&](const auto& given) {
    const auto x = given.lock();
    if (!x || !x->get())
      return;
    total += x->size();
    if (total > most)
      x->take_back();
    else
      left.push_front(given);
  });
  left.push_back(newest);
  texts_.swap(left);
}

} // namespace cafq
