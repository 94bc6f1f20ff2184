#include "persistence/import/record_reader.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

// Whatever is in a file of nsqd: records come in order, each where it says, and
// it ends.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cafq::nsqd;
  if (size == 0)
    return 0;
  const uint64_t from = data[0];
  const std::string bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto file = ::memfd_create("records", MFD_CLOEXEC);
  if (::write(file, bytes.data(), bytes.size())
      != static_cast<ssize_t>(bytes.size()))
    std::abort();
  {
    file_window in{"/proc/self/fd/" + std::to_string(file)};
    constexpr int64_t now_ns = 1'700'000'000'000'000'000;
    record_reader uut{in, from, now_ns};
    auto end = from;
    while (const auto x = uut.next()) {
      if (x->begin < end || x->end > bytes.size()
          || x->end - x->begin != record_header_size + x->body.size()
          || x->body
               != bytes.substr(x->begin + record_header_size, x->body.size()))
        std::abort();
      end = x->end;
    }
  }
  ::close(file);
  return 0;
}
