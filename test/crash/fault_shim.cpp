// Preloaded into cafqd: lets one call on its message store fail. CAFQ_FAULT
// says which, as <call>:<n>:<how>. Call is write or sync; how is EIO, ENOSPC or
// short. The n-th such call since the file CAFQ_FAULT_ARMED is there fails,
// once.

#include "test/crash/file_calls.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace cafq::test {

namespace {

class one_fault final : public file_watcher {
public:
  one_fault(const std::string& wish, std::string armed)
    : armed_(std::move(armed)) {
    const auto first = wish.find(':');
    const auto second = wish.find(':', first + 1);
    call_ = wish.substr(0, first) == "sync" ? file_call::sync
                                            : file_call::write;
    nth_ = std::strtoul(wish.c_str() + first + 1, nullptr, 10);
    how_ = wish.substr(second + 1);
    watch_files(this);
  }

  ~one_fault() override {
    watch_files(nullptr);
  }

  bool watches(int descriptor) override {
    std::array<char, PATH_MAX> name{};
    const auto link = "/proc/self/fd/" + std::to_string(descriptor);
    const auto size = ::readlink(link.c_str(), name.data(), name.size());
    return std::string_view{name.data(),
                            static_cast<size_t>(std::max<ssize_t>(size, 0))}
      .ends_with("/cafq.mdb");
  }

  int before(file_call what, uint64_t /*at*/, size_t& size) override {
    if (what != call_ || ::access(armed_.c_str(), F_OK) != 0
        || ++calls_ != nth_)
      return 0;
    if (how_ == "short") {
      size /= 2;
      return 0;
    }
    return how_ == "ENOSPC" ? ENOSPC : EIO;
  }

private:
  std::string armed_;
  file_call call_ = file_call::write;
  size_t nth_ = 0;
  std::string how_;
  std::atomic<size_t> calls_ = 0;
};

std::string environment(const char* name) {
  const auto* value = std::getenv(name);
  return value != nullptr ? value : "::";
}

/// Made when the library is loaded.
const one_fault fault{environment("CAFQ_FAULT"),
                      environment("CAFQ_FAULT_ARMED")};

} // namespace

} // namespace cafq::test
