#pragma once

#include "actors/payloads.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

namespace cafq {

/// A report in one of its forms, which many clients may be reading at their own
/// pace. Whoever made it can take it back for its memory.
class report_text {
public:
  explicit report_text(std::string text)
    : size_(text.size()),
      text_(std::make_shared<const std::string>(std::move(text))) {
    // nop
  }

  /// Returns the text, to be held for a moment only; null once it was taken
  /// back. From any thread.
  [[nodiscard]] text_ptr get() const {
    return text_.load();
  }

  void take_back() {
    text_.store(nullptr);
  }

  [[nodiscard]] size_t size() const noexcept {
    return size_;
  }

private:
  size_t size_;
  std::atomic<text_ptr> text_;
};

using report_text_ptr = std::shared_ptr<report_text>;

} // namespace cafq

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::report_text_ptr)
