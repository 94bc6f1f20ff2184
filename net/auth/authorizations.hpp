#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {

class RE2;

} // namespace re2

namespace cafq::auth {

/// An answer of an auth server that says nothing; `what` tells why.
class bad_answer : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// What an auth server grants one client. Patterns are Go's, so RE2's, and need
/// only match somewhere within a name.
class authorizations {
public:
  /// Reads the answer of an auth server:
  ///
  ///   {"ttl": seconds, "identity": text, "identity_url": text,
  ///    "authorizations": [{"topic": pattern, "channels": [pattern...],
  ///                        "permissions": ["publish" or "subscribe"...]}...]}
  ///
  /// @throws bad_answer
  explicit authorizations(std::string_view json);

  ~authorizations();

  authorizations(const authorizations&) = delete;
  authorizations& operator=(const authorizations&) = delete;

  /// Whether a client may publish to a topic. As nsqd: a pattern for channels
  /// has to match the empty name.
  [[nodiscard]] bool may_publish(std::string_view topic) const;

  [[nodiscard]] bool
  may_subscribe(std::string_view topic, std::string_view channel) const;

  /// How long the answer holds; positive.
  [[nodiscard]] std::chrono::seconds ttl() const noexcept {
    return ttl_;
  }

  [[nodiscard]] const std::string& identity() const noexcept {
    return identity_;
  }

  [[nodiscard]] const std::string& identity_url() const noexcept {
    return identity_url_;
  }

  /// How many authorizations there are.
  [[nodiscard]] size_t size() const noexcept {
    return entries_.size();
  }

  /// Returns what the client is told, as nsqd's JSON.
  [[nodiscard]] std::string to_json() const;

private:
  using pattern = std::unique_ptr<re2::RE2>;

  struct entry {
    pattern topic;
    std::vector<pattern> channels;
    bool publish = false;
    bool subscribe = false;

    [[nodiscard]] bool
    matches(std::string_view topic_name, std::string_view channel_name) const;
  };

  std::chrono::seconds ttl_{0};
  std::string identity_;
  std::string identity_url_;
  std::vector<entry> entries_;
};

} // namespace cafq::auth
