#include "persistence/restore.hpp"

#include "persistence/storage_error.hpp"
#include "tools/cafq/as_owner.hpp"
#include "tools/cafq/error.hpp"
#include "tools/cafq/operate.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

namespace cafq::tool {

namespace {

constexpr int refused = 2;

struct restore_options {
  std::string copy;
  std::string target;
};

std::uint64_t now_us() {
  return static_cast<std::uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now().time_since_epoch())
      .count());
}

void run(const restore_options& x) {
  try {
    const as_owner creating{x.target};
    const data_path to{x.target};
    restore_store(x.copy, to, now_us());
  } catch (const storage_error& ex) {
    throw error{ex.what(), ex.kind() == storage_failure::refused ? refused : 1};
  }
}

} // namespace

void add_restore(CLI::App& app) {
  auto* sub = app.add_subcommand(
    "restore", "Put a copy of a store where a cafqd that does not run has none "
               "yet; exit code 0: done, 1: failed, 2: refused");
  auto x = std::make_shared<restore_options>();
  sub->add_option("file", x->copy, "The copy")->required();
  sub->add_option("--data-path", x->target, "The data path of cafqd")
    ->required();
  sub->callback([x] { run(*x); });
}

} // namespace cafq::tool
