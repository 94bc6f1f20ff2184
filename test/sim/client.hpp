#pragma once

#include "test/sim/ledger.hpp"
#include "test/sim/plan.hpp"
#include "test/sim/wire.hpp"
#include "test/support/seed.hpp"
#include "tools/cafq/frame_reader.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cafq::sim {

/// What clients see of the world.
struct surroundings {
  enum class port : uint8_t { nsq, http };

  surroundings(const sim::plan& what, sim::ledger& book)
    : plan(what), ledger(book) {
    // nop
  }

  surroundings(const surroundings&) = delete;
  surroundings& operator=(const surroundings&) = delete;

  virtual ~surroundings() = default;

  [[nodiscard]] virtual moment now() const = 0;

  /// Returns a connection to the broker.
  virtual std::shared_ptr<wire> connect(peer& who, port to) = 0;

  [[nodiscard]] virtual network& net() = 0;

  const sim::plan& plan;
  sim::ledger& ledger;
};

/// A user of the broker, who does something now and then.
class client : public peer {
public:
  /// @param number Which of all clients it is.
  client(surroundings& around, const client_plan& how, size_t number);

  /// Does what it is time for.
  virtual void act() = 0;

  /// Nobody has anything to do.
  virtual void quiet() {
    // nop
  }

  /// Begins nothing new.
  void calm() noexcept {
    calm_ = true;
  }

  /// Whether it has had an answer to everything.
  [[nodiscard]] virtual bool answered() const {
    return true;
  }

  /// Returns when to call `act`.
  [[nodiscard]] queue::time_point next() const noexcept {
    return next_;
  }

  [[nodiscard]] wire* connection() const noexcept {
    return wire_.get();
  }

  void ended() override;

protected:
  [[nodiscard]] queue::time_point time() const {
    return around_.now().time;
  }

  [[nodiscard]] const topic_plan& topic() const {
    return around_.plan.topics[how_.topic];
  }

  /// Returns something around `how_.pace`.
  [[nodiscard]] queue::duration pause();

  void connect(surroundings::port to) {
    wire_ = around_.connect(*this, to);
  }

  void send(std::string_view bytes, std::function<void()> read = nullptr) {
    wire_->send(bytes, time(), std::move(read));
  }

  // The derived classes are its only users.
  // NOLINTBEGIN(cppcoreguidelines-non-private-member-variables-in-classes)
  surroundings& around_;
  client_plan how_;
  size_t number_;
  test::dice dice_;
  queue::time_point next_{};
  bool calm_ = false;
  std::shared_ptr<wire> wire_;
  // NOLINTEND(cppcoreguidelines-non-private-member-variables-in-classes)
};

/// One that speaks NSQ's protocol.
class nsq_client : public client {
public:
  using client::client;

  void written(std::string_view bytes, bool prompt) override;
  void arrived(size_t bytes) override;
  void ended() override;

protected:
  struct frame {
    tool::frame_type type{};
    std::string data;
    bool prompt = false;
    /// Position of its end in all that the broker sends.
    uint64_t end = 0;
  };

  /// The broker has sent this; then it arrives.
  virtual void produced(const frame& x) = 0;
  virtual void got(const frame& /*x*/) {
    // nop
  }

private:
  tool::frame_reader reader_;
  std::deque<frame> under_way_;
  uint64_t written_ = 0;
  uint64_t arrived_ = 0;
};

/// Returns a client of this kind.
[[nodiscard]] std::unique_ptr<client>
make_client(surroundings& around, const client_plan& how, size_t number);

[[nodiscard]] std::unique_ptr<client>
make_publisher(surroundings& around, const client_plan& how, size_t number);

/// @param channel Whose messages it takes.
[[nodiscard]] std::unique_ptr<client>
make_consumer(surroundings& around, const client_plan& how, size_t number,
              const std::string& channel);

[[nodiscard]] std::unique_ptr<client>
make_http_publisher(surroundings& around, const client_plan& how,
                    size_t number);

[[nodiscard]] std::unique_ptr<client>
make_operator(surroundings& around, const client_plan& how, size_t number);

} // namespace cafq::sim
