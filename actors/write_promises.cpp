#include "actors/write_promises.hpp"

namespace cafq {

std::optional<write_promises::promise>
write_promises::kept(uint64_t durable, queue::time_point now) {
  std::optional<promise> latest;
  for (; !open_.empty() && open_.front().mark <= durable; open_.pop_front())
    if (!latest || open_.front().until < latest->until)
      latest = open_.front();
  if (!latest || now - latest->until < most_late
      || (told_ && now - *told_ < tell_every))
    return std::nullopt;
  told_ = now;
  return latest;
}

} // namespace cafq
