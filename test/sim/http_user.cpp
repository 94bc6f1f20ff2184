#include "test/sim/http_user.hpp"

#include "test/net/frames.hpp"

#include <cstdlib>

namespace cafq::sim {

void http_user::act() {
  next_ = time() + pause();
  if (!calm_ && answered())
    ask();
}

void http_user::post(const std::string& target, const std::string& body) {
  if (!wire_)
    connect(surroundings::port::http);
  asked_ = true;
  send("POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
       + std::to_string(body.size()) + "\r\n\r\n" + body);
}

void http_user::written(std::string_view bytes, bool /*prompt*/) {
  answer_ += bytes;
  const auto head = answer_.find("\r\n\r\n");
  if (head == answer_.npos)
    return;
  constexpr std::string_view length = "Content-Length: ";
  const auto at = answer_.find(length);
  const auto size = at < head ? std::strtoul(
                      answer_.c_str() + at + length.size(), nullptr, 10)
                              : 0;
  if (answer_.size() < head + 4 + size)
    return;
  const auto status = std::atoi(answer_.c_str() + 9);
  const auto body = answer_.substr(head + 4, size);
  answer_.clear();
  asked_ = false;
  produced(status, body);
}

void http_user::arrived(size_t /*bytes*/) {
  // What was to be known is known already.
}

void http_user::ended() {
  answer_.clear();
  asked_ = false;
  client::ended();
}

namespace {

/// Publishes over HTTP.
class http_publisher final : public http_user {
public:
  using http_user::http_user;

  void ended() override {
    batch_.clear();
    http_user::ended();
  }

private:
  void ask() override {
    const auto& name = topic().name;
    switch (dice_.below(4)) {
      case 0: {
        const auto ms = 1 + dice_.below(10'000);
        post("/pub?topic=" + name + "&defer=" + std::to_string(ms),
             body(std::chrono::milliseconds{ms}));
        break;
      }
      case 1:
        post("/pub?topic=" + name, body({}));
        break;
      default:
        post("/mpub?binary=true&topic=" + name,
             records(dice_.between(1, how_.appetite)));
    }
  }

  std::string body(queue::duration delay) {
    batch_.push_back(around_.ledger.published(how_.topic, delay, time()));
    return ledger::body_of(batch_.back());
  }

  std::string records(size_t count) {
    auto result = test::be(count);
    for (size_t i = 0; i < count; ++i)
      result += test::sized(body({}));
    return result;
  }

  void produced(int status, const std::string& text) override {
    for (const auto i : std::exchange(batch_, {})) {
      if (status == 200)
        around_.ledger.accepted(i, around_.now());
      else
        around_.ledger.refused(i, text);
    }
  }

  std::vector<ledger::index> batch_;
};

} // namespace

std::unique_ptr<client>
make_http_publisher(surroundings& around, const client_plan& how,
                    size_t number) {
  return std::make_unique<http_publisher>(around, how, number);
}

} // namespace cafq::sim
