#pragma once

#include "actors/queue/time.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/mailbox_element.hpp>

#include <cstdint>
#include <deque>
#include <ostream>
#include <string>
#include <string_view>

namespace cafq::sim {

/// Throws the dice of one part of a run: what others throw changes nothing.
[[nodiscard]] unsigned
seed_for(uint64_t seed, std::string_view part, size_t number = 0);

/// What happened in a run: all of it as one number, by which two runs can be
/// told apart, and the last of it in words.
class trace {
public:
  /// @param kept How much of the end to keep.
  explicit trace(size_t kept) : kept_(kept) {
    // nop
  }

  /// An actor takes a message.
  void took(queue::time_point now, const caf::abstract_actor& who,
            const caf::mailbox_element& what);

  /// So many bytes are written to the disk. What LMDB leaves in unused parts of
  /// its pages is different each time.
  void written(uint64_t where, size_t bytes);

  /// The broker has sent this to a client.
  void sent(uint64_t client, std::string_view bytes);

  /// Something that people want to read.
  void note(queue::time_point now, std::string text);

  [[nodiscard]] uint64_t hash() const noexcept {
    return hash_;
  }

  /// Messages that actors took.
  [[nodiscard]] uint64_t messages() const noexcept {
    return messages_;
  }

  void print(std::ostream& out) const;

private:
  void mix(uint64_t x) noexcept;
  void mix(std::string_view x) noexcept;

  size_t kept_;
  uint64_t hash_ = 14695981039346656037U;
  uint64_t messages_ = 0;
  std::deque<std::string> last_;
};

} // namespace cafq::sim
