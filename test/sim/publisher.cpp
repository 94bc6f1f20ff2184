#include "test/net/frames.hpp"
#include "test/sim/client.hpp"

#include <chrono>
#include <utility>

namespace cafq::sim {

namespace {

using test::be;
using test::sized;

/// Commands without an answer that a publisher has at most.
constexpr size_t most_open = 8;

/// Publishes one, many or deferred messages, several commands at a time.
class publisher final : public nsq_client {
public:
  using nsq_client::nsq_client;

  void act() override {
    next_ = time() + pause();
    if (calm_)
      return;
    if (!wire_) {
      connect(surroundings::port::nsq);
      send("  V2");
    }
    if (open_.size() < most_open)
      publish();
  }

  [[nodiscard]] bool answered() const override {
    return open_.empty();
  }

  void ended() override {
    open_.clear();
    nsq_client::ended();
  }

private:
  using indexes = std::vector<ledger::index>;

  void publish() {
    const auto dice = dice_.below(10);
    if (dice == 0)
      defer();
    else if (dice < 5 || how_.appetite == 1)
      command("PUB " + topic().name + "\n" + sized(body({})));
    else
      publish_many(dice_.between(1, how_.appetite));
  }

  void defer() {
    const auto ms = dice_.one_in(3) ? dice_.below(20'000) : dice_.below(2000);
    command("DPUB " + topic().name + " " + std::to_string(ms) + "\n"
            + sized(body(std::chrono::milliseconds{ms})));
  }

  void publish_many(size_t count) {
    std::string records;
    for (size_t i = 0; i < count; ++i)
      records += sized(body({}));
    command("MPUB " + topic().name + "\n" + be(records.size() + 4) + be(count)
            + records);
  }

  std::string body(queue::duration delay) {
    batch_.push_back(around_.ledger.published(how_.topic, delay, time()));
    return ledger::body_of(batch_.back());
  }

  void command(const std::string& bytes) {
    open_.push_back(std::exchange(batch_, {}));
    send(bytes);
  }

  void produced(const frame& x) override {
    if (open_.empty())
      return;
    const auto which = std::move(open_.front());
    open_.pop_front();
    for (const auto i : which) {
      if (x.type == tool::frame_type::error)
        around_.ledger.refused(i, x.data);
      else
        around_.ledger.accepted(i, around_.now());
    }
  }

  indexes batch_;
  std::deque<indexes> open_;
};

} // namespace

std::unique_ptr<client>
make_publisher(surroundings& around, const client_plan& how, size_t number) {
  return std::make_unique<publisher>(around, how, number);
}

} // namespace cafq::sim
