#pragma once

#include "actors/queue/time.hpp"
#include "net/auth/authorizations.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace cafq {

/// Null: no auth server lets this client in.
using grant_ptr = std::shared_ptr<const auth::authorizations>;

/// What one client may do, as the auth servers said for the secret it showed
/// and the time they said it holds. Knows no actors and asks nobody.
class grant_gate {
public:
  // -- modifiers --------------------------------------------------------------

  /// The client has shown a secret, about which somebody is asked now.
  void show(std::string_view secret) {
    secret_ = secret;
    shut();
  }

  /// That was the answer.
  void open(grant_ptr x, queue::time_point now) {
    grant_ = std::move(x);
    if (grant_)
      ends_ = now + grant_->ttl();
  }

  /// The client may do nothing.
  void shut() noexcept {
    grant_.reset();
  }

  // -- observers --------------------------------------------------------------

  [[nodiscard]] const std::string& secret() const noexcept {
    return secret_;
  }

  /// Null before an answer, and behind one that lets nobody in.
  [[nodiscard]] const grant_ptr& grant() const noexcept {
    return grant_;
  }

  /// Whether the auth servers have to be asked again.
  /// @pre grant()
  [[nodiscard]] bool expired(queue::time_point now) const noexcept {
    return now > ends_;
  }

  /// Whether the answer is for this secret, and still holds.
  [[nodiscard]] bool
  holds(std::string_view secret, queue::time_point now) const noexcept {
    return grant_ && secret == secret_ && !expired(now);
  }

private:
  std::string secret_;
  grant_ptr grant_;
  queue::time_point ends_{};
};

} // namespace cafq
