// The life of messages in the plain classes alone: parser, block, queue,
// frames. No socket, no actor, no clock, so that valgrind counts the same
// instructions in every run.
//
//   bench_workload pub|mpub MESSAGES
//
// `pub` takes each message as a read of its own through all steps, `mpub` 200.

#include "actors/queue/block.hpp"
#include "actors/queue/channel_queue.hpp"
#include "net/protocol/command_parser.hpp"
#include "net/protocol/frame.hpp"
#include "net/protocol/message_id.hpp"
#include "net/protocol/record.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace {

using namespace cafq;
using namespace std::literals;

constexpr size_t body_size = 200;
constexpr auto msg_timeout = 60s;
constexpr uint16_t node_id = 1;

void append_size(std::string& out, size_t value) {
  for (const int shift : {24, 16, 8, 0})
    out.push_back(static_cast<char>(value >> shift));
}

std::string publish_command(size_t batch) {
  const std::string body(body_size, 'x');
  std::string out = batch == 1 ? "PUB topic\n" : "MPUB topic\n";
  if (batch > 1) {
    append_size(out, 4 + batch * (4 + body_size));
    append_size(out, batch);
  }
  for (size_t i = 0; i < batch; ++i) {
    append_size(out, body_size);
    out += body;
  }
  return out;
}

/// One client's bytes to commands.
class reader {
public:
  /// Feeds one read and calls `visit` with each command in it.
  template <class Visit>
  void read(std::string_view bytes, Visit visit) {
    parser_.feed(bytes);
    for (;;) {
      const auto x = parser_.next();
      if (std::holds_alternative<protocol::need_more>(x))
        return;
      if (std::holds_alternative<protocol::violation>(x))
        std::abort();
      std::visit(visit, std::get<protocol::command>(x));
    }
  }

  void subscribe() {
    session_.subscribe();
  }

private:
  protocol::limits limits_;
  protocol::session session_;
  protocol::command_parser parser_{limits_, session_};
};

template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};

class workload {
public:
  workload() {
    consumer_.subscribe();
  }

  /// One read of the publisher, delivered and finished.
  void turn(const std::string& command) {
    publish(command);
    deliver();
    finish();
  }

  [[nodiscard]] size_t finished() const noexcept {
    return finished_;
  }

private:
  void publish(const std::string& command) {
    bodies_.clear();
    publisher_.read(
      command,
      overloaded{[this](const protocol::pub& x) { bodies_.push_back(x.body); },
                 [this](const protocol::mpub& x) {
                   auto rest = x.records;
                   for (uint32_t i = 0; i < x.count; ++i)
                     bodies_.push_back(protocol::take_record(rest));
                 },
                 [](const auto&) {
                 }});
    for (auto& block : queue::make_blocks(bodies_, 0)) {
      block->number_from(next_number_);
      next_number_ += block->count();
      queue_.put(std::move(block));
    }
  }

  void deliver() {
    const queue::channel_queue::taker taker{
      .id = 1, .msg_timeout = msg_timeout, .keep = {}};
    runs_.clear();
    frames_.clear();
    fins_.clear();
    queue_.take(taker, SIZE_MAX, SIZE_MAX, now_, runs_);
    for (const auto& run : runs_) {
      for (size_t i = run.first; i < size_t{run.first} + run.count; ++i) {
        const auto id = protocol::make_id(node_id, run.body->number(i));
        protocol::append_message(frames_, run.body->timestamp_ns(i),
                                 run.attempts, id, run.body->body(i));
        fins_ += "FIN ";
        fins_ += protocol::view(id);
        fins_ += '\n';
      }
    }
  }

  void finish() {
    consumer_.read(
      fins_, overloaded{[this](const protocol::fin& x) {
                          constexpr auto mask
                            = (uint64_t{1} << protocol::message_number_bits)
                              - 1;
                          const auto number = *protocol::parse_id(x.id) & mask;
                          if (queue_.finish(number, 1) == queue::settled::ok)
                            ++finished_;
                        },
                        [](const auto&) {
                        }});
    now_ += 1ms;
    timed_out_.clear();
    queue_.expire(now_, timed_out_);
  }

  reader publisher_;
  reader consumer_;
  queue::channel_queue queue_;
  queue::time_point now_{1h};
  uint64_t next_number_ = 1;
  size_t finished_ = 0;
  std::vector<std::string_view> bodies_;
  std::vector<queue::run> runs_;
  std::vector<queue::consumer_id> timed_out_;
  std::vector<char> frames_;
  std::string fins_;
};

} // namespace

int main(int argc, char** argv) {
  if (argc != 3 || (argv[1] != "pub"sv && argv[1] != "mpub"sv)) {
    std::fputs("usage: bench_workload pub|mpub MESSAGES\n", stderr);
    return 2;
  }
  const size_t batch = argv[1] == "pub"sv ? 1 : 200;
  const auto messages = std::strtoull(argv[2], nullptr, 10);
  const auto command = publish_command(batch);
  workload work;
  while (work.finished() < messages)
    work.turn(command);
  std::printf("%zu\n", work.finished());
  return 0;
}
