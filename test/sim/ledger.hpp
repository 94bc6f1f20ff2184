#pragma once

#include "actors/queue/time.hpp"
#include "test/sim/plan.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace cafq::sim {

/// Something happened that must not.
struct violation : std::runtime_error {
  /// @param rule I1 to I10, see `ledger`.
  violation(const std::string& rule, const std::string& what)
    : std::runtime_error(rule + ": " + what) {
    // nop
  }
};

/// When something happens.
struct moment {
  queue::time_point time{};
  /// How often nobody had anything to do so far, and when that was last: all
  /// messages between actors had arrived.
  uint64_t quiets = 0;
  queue::time_point quiet_since{};
};

/// What the broker was told and has said, and whether it keeps its word:
///
///   I1 nothing that was acknowledged is missing, as far as the mode promises
///   I2 nothing comes that was not published, and nothing altered
///   I3 what was finished does not come back but within the promise
///   I4 attempts ascend, and never fall below what has to be on disk
///   I5 nothing comes before its time
///   I6 the figures count exactly what is there
///   I7 what an operator was told is done stays done
///
/// Knows no actor and no connection. The others are checked where their facts
/// are: I8 (each image opens) and I10 (memory) by `world`, I9 (it goes on) by
/// its end.
class ledger {
public:
  using index = uint32_t;

  /// What becomes of a message in a channel.
  enum class fate : uint8_t {
    /// Is there, or will be, or was never there.
    open,
    /// Was finished in this life.
    finished,
    /// Nobody can tell whether it was finished.
    perhaps,
    /// Must not come again.
    gone,
  };

  explicit ledger(const plan& of);

  // -- topics and channels ----------------------------------------------------

  /// The channel is there from now on.
  /// @param everything Whether it gets all that its topic ever had.
  void channel_added(size_t topic, const std::string& name, bool everything);

  /// Returns `channels()` if there never was one.
  [[nodiscard]] size_t channel_of(size_t topic, const std::string& name) const;

  /// An operator has the channel deleted: nothing has to come any more. Then is
  /// told that it is.
  void deleting(size_t channel);
  /// A channel is asked for again: whatever the answer, it may come.
  void creating(size_t channel);
  void deleted(size_t channel) {
    channels_[channel].deleted = true;
  }

  /// Looks whether the channels that a topic has after a start are those it has
  /// to have.
  void check_names(size_t topic, const std::vector<std::string>& found) const;

  /// Whether what comes from now on has to come there.
  [[nodiscard]] bool owes(size_t channel) const {
    return channels_[channel].first_owed != nothing
           && !channels_[channel].ephemeral;
  }

  /// An operator asks to have a channel emptied or deleted; then is told that
  /// it is.
  void emptying(size_t channel, const moment& now);
  void emptied(size_t channel, const moment& now);

  /// An operator was told that the channel is paused, or wants it to go on.
  void paused(size_t channel, const moment& now);
  void unpausing(size_t channel);

  // -- publishing -------------------------------------------------------------

  /// A client sends a message that is to come after `delay`.
  [[nodiscard]] index
  published(size_t topic, queue::duration delay, queue::time_point now);

  void accepted(index i, const moment& now);
  void refused(index i, std::string_view why);

  /// Returns the body of a message.
  [[nodiscard]] static std::string body_of(index i);

  // -- consuming --------------------------------------------------------------

  /// The broker has sent a message.
  /// @param to Which client.
  /// @param prompt Whether it was sent as soon as there was anything to send.
  /// @returns which message it is.
  index delivered(size_t channel, std::string_view body, uint16_t attempts,
                  const moment& now, bool prompt, size_t to);

  /// A FIN of a client was accepted; or its end is not known.
  void finished(size_t channel, index i, const moment& now, size_t by);
  void perhaps_finished(size_t channel, index i);

  /// A client sends a REQ; then it was accepted.
  void requeuing(size_t channel, index i, queue::time_point due);
  void requeued(size_t channel, index i, uint16_t attempts,
                queue::time_point due, queue::time_point now);

  // -- trouble ----------------------------------------------------------------

  /// Promises about time are void until then.
  void trouble_until(queue::time_point when);

  void clock_was_set(queue::time_point now);

  /// The process ended and is to start again.
  /// @param clean Whether it said that it has saved all.
  void ended(bool clean, queue::time_point now);

  /// A topic, or a channel of it, has failed. What goes out to clients that it
  /// knew belongs to its life before.
  void failed(size_t topic, queue::time_point now);

  /// It starts again behind that.
  void restarted(size_t topic, queue::time_point now);

  /// Whether it has failed since.
  [[nodiscard]] bool
  failed_since(size_t topic, queue::time_point then) const noexcept {
    return broke_[topic] >= then;
  }

  // -- the end ----------------------------------------------------------------

  /// What came of a channel since the last `ended`, each message once.
  [[nodiscard]] size_t came(size_t channel) const {
    return channels_[channel].came;
  }

  /// @throws violation I1 if something is missing.
  void check_all_came() const;

  [[nodiscard]] size_t size() const noexcept {
    return publications_.size();
  }

  [[nodiscard]] size_t channels() const noexcept {
    return channels_.size();
  }

  [[nodiscard]] size_t topic_of(size_t channel) const {
    return channels_[channel].topic;
  }

  [[nodiscard]] const std::string& name_of(size_t channel) const {
    return channels_[channel].name;
  }

  [[nodiscard]] size_t accepted_messages() const noexcept {
    return accepted_;
  }

  [[nodiscard]] size_t deliveries() const noexcept {
    return deliveries_;
  }

private:
  static constexpr index nothing = UINT32_MAX;

  struct publication {
    enum class answer : uint8_t { none, accepted, refused, unclear };

    size_t topic = 0;
    queue::time_point sent{};
    queue::duration delay{};
    answer what = answer::none;
    moment when{};
    /// On disk, whatever happens.
    bool durable = false;
    /// A crash may have taken it.
    bool lost = false;
  };

  struct copy {
    fate what = fate::open;
    /// An operator has, or may have, discarded it.
    bool excused = false;
    bool was_gone_here = false;
    bool came = false;
    /// Of the last delivery in this life, and what is on disk at least.
    uint16_t attempts = 0;
    uint16_t floor = 0;
    queue::time_point delivered{};
    uint64_t delivered_quiets = 0;
    /// Who has it, if that is known.
    std::optional<size_t> holder;
    moment finished{};
    queue::time_point not_before{};
    /// It was requeued then, until `not_before`.
    queue::time_point requeued{};
  };

  struct channel_book {
    size_t topic = 0;
    std::string name;
    bool ephemeral = false;
    /// Messages from here on have to come.
    index first_owed = 0;
    bool deleted = false;
    /// Messages that `emptying` saw taken.
    std::vector<index> to_be_gone{};
    bool paused = false;
    uint64_t paused_at = 0;
    size_t came = 0;
    std::vector<copy> copies{};
  };

  [[nodiscard]] copy& copy_of(size_t channel, index i);
  [[nodiscard]] std::string name_of(size_t channel, index i) const;
  [[nodiscard]] index identify(size_t channel, std::string_view body) const;
  void check_order(const channel_book& at, const copy& x, uint16_t attempts,
                   const std::string& name, const moment& now) const;
  void end(publication& x, bool clean, queue::time_point now) const;
  void end(copy& x, bool clean, queue::time_point now) const;

  /// Whether what happened then has to be on disk by now.
  [[nodiscard]] bool safe(queue::time_point then, queue::time_point now) const;

  const plan& plan_;
  queue::duration promise_;
  queue::duration msg_timeout_;
  /// When topics failed last, and when they last failed or started again.
  std::vector<queue::time_point> broke_;
  std::vector<queue::time_point> failed_;
  std::vector<publication> publications_;
  std::vector<channel_book> channels_;
  queue::time_point trouble_{};
  queue::time_point clock_set_{};
  size_t accepted_ = 0;
  size_t deliveries_ = 0;
};

} // namespace cafq::sim
