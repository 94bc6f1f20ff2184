#pragma once

#include "actors/reports/report_text.hpp"

#include <cstddef>
#include <deque>
#include <memory>

namespace cafq {

/// The texts that clients may still be reading, of which the oldest are taken
/// back if there are too many.
class given_texts {
public:
  /// @param most Bytes of all of them together.
  void add(const report_text_ptr& newest, size_t most);

private:
  /// Oldest first.
  std::deque<std::weak_ptr<report_text>> texts_;
};

} // namespace cafq
