#pragma once

#include "persistence/message_store.hpp"

namespace cafq {

/// Commits together what is staged while it lives.
class group {
public:
  explicit group(message_store& disk) : disk_(disk) {
    disk_.begin_group();
  }

  group(const group&) = delete;
  group& operator=(const group&) = delete;

  ~group() {
    disk_.end_group();
  }

private:
  message_store& disk_;
};

} // namespace cafq
