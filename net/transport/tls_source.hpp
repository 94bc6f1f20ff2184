#pragma once

#include "net/transport/tls_context.hpp"

#include <atomic>
#include <memory>
#include <utility>

namespace cafq::transport {

/// Where new connections find the context in force. One thread replaces it
/// while others look; connections keep the one they began with.
class tls_source {
public:
  using context_ptr = std::shared_ptr<const tls_context>;

  explicit tls_source(context_ptr x) noexcept : current_(std::move(x)) {
    // nop
  }

  [[nodiscard]] context_ptr current() const noexcept {
    return current_.load();
  }

  void replace(context_ptr x) noexcept {
    current_.store(std::move(x));
  }

private:
  std::atomic<context_ptr> current_;
};

} // namespace cafq::transport
