#include "net/protocol/contract.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace cafq::detail {

void break_contract(const char* what, const char* file, int line) {
  throw broken_contract{std::string{"broken contract: "} + what + " (" + file
                        + ":" + std::to_string(line) + ")"};
}

void end_process(const char* what, const char* file, int line) noexcept {
  std::fprintf(stderr, "broken contract: %s (%s:%d)\n", what, file, line);
  std::abort();
}

} // namespace cafq::detail
