#include "net/protocol/names.hpp"
#include "test/sim/http_user.hpp"

#include <functional>
#include <string>
#include <utility>

namespace cafq::sim {

namespace {

/// Has channels and topics paused, emptied, created and deleted.
class oper final : public http_user {
public:
  using http_user::http_user;

private:
  void ask() override {
    done_ = nullptr;
    if (topic().pausable)
      switch_topic();
    else if (!topic().channels.empty())
      change_channel();
  }

  void switch_topic() {
    post((dice_.one_in(2) ? "/topic/pause?topic=" : "/topic/unpause?topic=")
         + topic().name);
  }

  void change_channel() {
    const auto& channels = topic().channels;
    const auto& name = channels[dice_.below(channels.size())];
    const auto which = around_.ledger.channel_of(how_.topic, name);
    // One that goes and comes back is not what an operator has changed.
    if (protocol::is_ephemeral(name))
      return;
    switch (dice_.below(5)) {
      case 0:
        done_ = [this, which] {
          around_.ledger.paused(which, around_.now());
        };
        change("pause", name);
        break;
      case 1:
      case 2:
        around_.ledger.unpausing(which);
        change("unpause", name);
        break;
      case 3:
        around_.ledger.emptying(which, around_.now());
        done_ = [this, which] {
          around_.ledger.emptied(which, around_.now());
        };
        change("empty", name);
        break;
      default:
        create_or_delete();
    }
  }

  /// A channel of its own, which nobody takes messages from.
  void create_or_delete() {
    const std::string name = "extra";
    const auto which = around_.ledger.channel_of(how_.topic, name);
    const auto there = which < around_.ledger.channels()
                       && around_.ledger.owes(which);
    if (!there || dice_.one_in(3)) {
      around_.ledger.creating(which);
      done_ = [this, name, there] {
        if (!there)
          around_.ledger.channel_added(how_.topic, name, false);
      };
      change("create", name);
      return;
    }
    around_.ledger.deleting(which);
    around_.ledger.emptying(which, around_.now());
    done_ = [this, which] {
      around_.ledger.emptied(which, around_.now());
      around_.ledger.deleted(which);
    };
    change("delete", name);
  }

  void change(const std::string& what, const std::string& channel) {
    post("/channel/" + what + "?topic=" + topic().name + "&channel=" + channel);
  }

  void produced(int status, const std::string& /*body*/) override {
    if (const auto f = std::exchange(done_, nullptr); f && status == 200)
      f();
  }

  /// What it means if the broker says that it is done.
  std::function<void()> done_;
};

} // namespace

std::unique_ptr<client>
make_operator(surroundings& around, const client_plan& how, size_t number) {
  return std::make_unique<oper>(around, how, number);
}

} // namespace cafq::sim
