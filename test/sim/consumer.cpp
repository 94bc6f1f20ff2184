#include "test/sim/client.hpp"
#include "tools/cafq/frame.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

namespace cafq::sim {

using namespace std::chrono_literals;

namespace {

/// Takes the messages of a channel: finishes them, requeues them at once or
/// later, touches them, lets them time out, or goes away with them.
class consumer final : public nsq_client {
public:
  consumer(surroundings& around, const client_plan& how, size_t number,
           std::string channel)
    : nsq_client(around, how, number), channel_(std::move(channel)) {
    // nop
  }

  void act() override {
    if (!wire_)
      subscribe();
    next_ = queue::time_point::max();
    while (wire_ && !todo_.empty() && todo_.begin()->first <= time()) {
      const auto x = std::move(todo_.begin()->second);
      todo_.erase(todo_.begin());
      perform(x);
    }
    if (wire_ && !todo_.empty())
      next_ = todo_.begin()->first;
  }

  void quiet() override {
    if (!wire_ || !wire_->settled(around_.net()))
      return;
    std::erase_if(told_, [this](const order& x) {
      if (!x.read)
        return false;
      accepted(x);
      return true;
    });
  }

  void ended() override {
    for (const auto& x : told_)
      if (x.read && x.what == action::finish)
        around_.ledger.perhaps_finished(book(), x.which);
    told_.clear();
    todo_.clear();
    messages_.clear();
    nsq_client::ended();
  }

private:
  enum class action : uint8_t { finish, requeue, touch, leave };

  struct message {
    ledger::index which = 0;
    uint16_t attempts = 0;
  };

  /// What the broker was told about a message.
  struct order {
    action what{};
    std::string id;
    ledger::index which = 0;
    uint16_t attempts = 0;
    queue::duration delay{};
    queue::time_point sent{};
    bool read = false;
    moment when{};
    uint64_t number = 0;
  };

  [[nodiscard]] size_t book() const {
    return around_.ledger.channel_of(how_.topic, channel_);
  }

  void subscribe() {
    subscribed_ = around_.now().time;
    connect(surroundings::port::nsq);
    send("  V2SUB " + topic().name + " " + channel_ + "\nRDY "
         + std::to_string(how_.appetite) + "\n");
  }

  // -- what comes -------------------------------------------------------------

  void produced(const frame& x) override {
    if (x.type == tool::frame_type::message) {
      const auto m = tool::parse_message(x.data);
      const auto which = around_.ledger.delivered(
        book(), m.body, m.attempts, around_.now(),
        x.prompt && !around_.ledger.failed_since(how_.topic, subscribed_),
        number_);
      messages_[std::string{m.id}] = {which, m.attempts};
    } else if (x.type == tool::frame_type::error) {
      failed(x.data);
    }
  }

  /// E_FIN_FAILED FIN <id> failed ...: it has timed out meanwhile.
  void failed(const std::string& text) {
    const auto word = text.find(' ') + 1;
    const auto id = text.find(' ', word) + 1;
    if (word == 0 || id == 0)
      return;
    const auto name = text.substr(word, id - word - 1);
    const auto what = name == "FIN"   ? action::finish
                      : name == "REQ" ? action::requeue
                                      : action::touch;
    const auto i
      = std::find_if(told_.begin(), told_.end(), [&](const order& x) {
          return x.what == what && text.compare(id, 16, x.id) == 0;
        });
    if (i == told_.end())
      return;
    // The error does not say which of several it is for: what is left counts
    // with the delay of the shortest.
    const auto due = i->sent + i->delay;
    told_.erase(i);
    for (auto& x : told_)
      if (x.what == what && text.compare(id, 16, x.id) == 0)
        x.delay = std::min(x.delay, due - x.sent);
  }

  void got(const frame& x) override {
    if (x.type != tool::frame_type::message)
      return;
    const std::string id{tool::parse_message(x.data).id};
    if (calm_ || dice_.below(100) >= how_.trouble)
      later(action::finish, id, pause());
    else
      make_trouble(id);
  }

  void make_trouble(const std::string& id) {
    const auto timeout = around_.plan.msg_timeout;
    switch (dice_.below(6)) {
      case 0:
      case 1:
        later(action::requeue, id, pause());
        break;
      case 2:
        later(action::touch, id, timeout / 2);
        later(action::finish, id, timeout + timeout / 4);
        break;
      case 3: // it times out
        break;
      case 4: // too late, or nearly
        later(action::finish, id, timeout + pause() - 20ms);
        break;
      default:
        later(dice_.one_in(4) ? action::leave : action::finish, id, pause());
    }
  }

  // -- what is done -----------------------------------------------------------

  void later(action what, const std::string& id, queue::duration delay) {
    const auto when = time() + std::max(delay, queue::duration{});
    todo_.emplace(when, std::pair{what, id});
    next_ = std::min(next_, when);
  }

  void perform(const std::pair<action, std::string>& x) {
    const auto& [what, id] = x;
    switch (what) {
      case action::finish:
        tell(what, id, "FIN " + id + "\n", {});
        break;
      case action::requeue: {
        const auto ms = dice_.one_in(2) ? 0 : dice_.below(8000);
        tell(what, id, "REQ " + id + " " + std::to_string(ms) + "\n",
             std::chrono::milliseconds{ms});
        break;
      }
      case action::touch:
        tell(what, id, "TOUCH " + id + "\n", {});
        break;
      case action::leave:
        wire_->reset(around_.net());
        break;
    }
  }

  void tell(action what, const std::string& id, const std::string& bytes,
            queue::duration delay) {
    const auto m = messages_.find(id);
    if (m == messages_.end())
      return;
    order x;
    x.what = what;
    x.id = id;
    x.which = m->second.which;
    x.attempts = m->second.attempts;
    x.delay = delay;
    x.sent = time();
    x.number = ++orders_;
    if (what == action::requeue)
      around_.ledger.requeuing(book(), x.which, x.sent + delay);
    told_.push_back(x);
    send(bytes, [this, number = x.number] {
      for (auto& y : told_)
        if (y.number == number) {
          y.read = true;
          y.when = around_.now();
        }
    });
  }

  /// No error came.
  void accepted(const order& x) {
    if (x.what == action::finish)
      around_.ledger.finished(book(), x.which, x.when, number_);
    else if (x.what == action::requeue)
      around_.ledger.requeued(book(), x.which, x.attempts, x.sent + x.delay,
                              x.when.time);
  }

  std::string channel_;
  queue::time_point subscribed_{};
  std::map<std::string, message> messages_;
  std::multimap<queue::time_point, std::pair<action, std::string>> todo_;
  std::vector<order> told_;
  uint64_t orders_ = 0;
};

} // namespace

std::unique_ptr<client>
make_consumer(surroundings& around, const client_plan& how, size_t number,
              const std::string& channel) {
  return std::make_unique<consumer>(around, how, number, channel);
}

} // namespace cafq::sim
