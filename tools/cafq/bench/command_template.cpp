#include "tools/cafq/bench/command_template.hpp"

#include "net/http/url.hpp"
#include "tools/cafq/command.hpp"

namespace cafq::bench {

namespace {

constexpr std::size_t length_size = 4;

} // namespace

command_template::command_template(std::size_t batch, std::size_t size)
  : batch_(batch), size_(size) {
  const std::string body(size, 'x');
  for (std::size_t i = 0; i < batch; ++i) {
    tool::append_length(bodies_, size);
    bodies_ += body;
  }
}

command_template command_template::nsq(const std::vector<std::string>& topics,
                                       std::size_t batch, std::size_t size) {
  command_template result{batch, size};
  const std::vector<std::string> bodies(batch, std::string(size, 'x'));
  for (const auto& topic : topics) {
    auto& head = result.heads_.emplace_back();
    if (batch == 1)
      tool::append_pub(head, topic, bodies.front());
    else
      tool::append_mpub(head, topic, bodies);
    head.resize(head.size() - result.bodies_.size());
    head.shrink_to_fit();
  }
  return result;
}

command_template command_template::http(const tool::endpoint& broker,
                                        const std::vector<std::string>& topics,
                                        std::size_t batch, std::size_t size) {
  command_template result{batch, size};
  if (batch == 1)
    result.bodies_.erase(0, length_size);
  for (const auto& topic : topics) {
    auto& head = result.heads_.emplace_back("POST ");
    head += batch == 1 ? "/pub?topic=" : "/mpub?binary=true&topic=";
    head += http::encode_query(topic);
    head += " HTTP/1.1\r\nHost: " + broker.host + ":" + broker.port;
    const auto length = result.bodies_.size() + (batch == 1 ? 0 : length_size);
    head += "\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
    if (batch > 1)
      tool::append_length(head, batch);
  }
  return result;
}

void command_template::append(std::string& out, std::size_t topic,
                              body_header header) const {
  out += heads_[topic];
  out += bodies_;
  if (size_ < body_header::size)
    return;
  const auto step = length_size + size_;
  auto* at = out.data() + out.size() - size_;
  header.sequence += batch_;
  for (std::size_t i = 0; i < batch_; ++i, at -= step) {
    --header.sequence;
    store(at, header);
  }
}

} // namespace cafq::bench
