#include "net/transport/deflate_stream.hpp"
#include "net/transport/snappy_stream.hpp"
#include "test/transport/pump.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

// Whatever bytes come, snappy and deflate make the same of them in one piece
// and in small portions, a step gives no more than it may, and what they send
// they understand.

namespace {

using namespace cafq;

std::unique_ptr<transport::filter> make(bool snappy) {
  if (snappy)
    return std::make_unique<transport::snappy_stream>();
  return std::make_unique<transport::deflate_stream>(6);
}

void require(bool x) {
  if (!x)
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2)
    return 0;
  const auto snappy = data[0] % 2 == 0;
  const size_t portion = data[1] % 8U + 1U;
  const std::string_view wire{reinterpret_cast<const char*>(data) + 2,
                              size - 2};
  const auto whole = test::pump(*make(snappy), wire, wire.size());
  const auto parts = test::pump(*make(snappy), wire, portion);
  require(whole.plain == parts.plain && whole.last == parts.last);
  require(std::max(whole.largest, parts.largest)
          <= transport::filter::largest_step);
  if (!wire.empty()) {
    const auto sent = test::encode(*make(snappy), wire);
    const auto back = test::pump(*make(snappy), sent, portion);
    require(back.plain == wire && back.last == transport::step::hungry);
  }
  return 0;
}
