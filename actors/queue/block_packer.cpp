#include "actors/queue/block_packer.hpp"

namespace cafq::queue {

void block_packer::close() {
  if (open_.empty())
    return;
  done_.push_back(block::join(open_));
  open_.clear();
  count_ = bytes_ = 0;
}

} // namespace cafq::queue
