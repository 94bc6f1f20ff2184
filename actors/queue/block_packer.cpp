#include "actors/queue/block_packer.hpp"

namespace cafq::queue {

void block_packer::close() {
  if (open_.empty())
    return;
  if (open_.size() == 1) {
    done_.push_back(std::move(open_.front()));
  } else {
    std::vector<message_view> messages;
    messages.reserve(count_);
    for (const auto& x : open_)
      for (size_t i = 0; i < x->count(); ++i)
        messages.push_back(x->message(i));
    done_.push_back(block::make(messages));
  }
  open_.clear();
  count_ = bytes_ = 0;
}

} // namespace cafq::queue
