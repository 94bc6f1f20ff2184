#include "persistence/restore.hpp"
#include "persistence/storage_error.hpp"
#include "tools/cafq/as_owner.hpp"
#include "tools/cafq/error.hpp"
#include "tools/cafq/operate.hpp"
#include "tools/cafq/store_dump.hpp"
#include "tools/cafq/store_report.hpp"

#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <unistd.h>

namespace cafq::tool {

namespace {

constexpr int cannot_open = 2;

struct store_options {
  std::string path;
  std::string topic;
  std::string channel;
  bool json = false;
};

/// LMDB trusts the pages of a file, so that some damage makes it crash. The
/// operator shall hear of damage, not of a crash.
void crash_means_damage() {
  const auto handler = [](int) {
    constexpr std::string_view text
      = "cafq: damaged: the structure of the file is broken, LMDB cannot read "
        "on\n";
    static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));
    ::_exit(1);
  };
  for (const auto signal : {SIGSEGV, SIGBUS, SIGABRT})
    std::signal(signal, handler);
}

void read(const std::string& path, store_visitor& to) {
  crash_means_damage();
  try {
    store_reader{path}.read(to);
  } catch (const storage_error& x) {
    throw error{x.what(), cannot_open};
  }
}

void compact(const store_options& x) {
  try {
    const as_owner creating{x.path};
    const data_path dir{x.path};
    std::cout << "smaller by " << compact_store(dir) << " bytes\n";
  } catch (const storage_error& ex) {
    throw error{ex.what(),
                ex.kind() == storage_failure::refused ? cannot_open : 1};
  }
}

void fail_if_damaged(const std::string& path, std::uint64_t rows) {
  if (rows > 0)
    throw error{path + ": " + std::to_string(rows) + " damaged"};
}

void check(const store_options& x) {
  store_report report;
  read(x.path, report);
  if (x.json)
    std::cout << report.to_json().dump() << '\n';
  else
    report.print_table(std::cout);
  std::cout.flush();
  fail_if_damaged(x.path, report.damaged());
}

void dump(const store_options& x) {
  store_dump messages{std::cout, x.topic, x.channel};
  read(x.path, messages);
  std::cout.flush();
  fail_if_damaged(x.path, messages.damaged());
}

CLI::App& add(CLI::App& to, const char* name, const char* help,
              const std::shared_ptr<store_options>& x,
              void (*run)(const store_options&)) {
  auto* sub = to.add_subcommand(name, help);
  sub->add_option("path", x->path, "The data path, or a store file")
    ->required();
  sub->callback([x, run] { run(*x); });
  return *sub;
}

} // namespace

void add_store(CLI::App& app) {
  auto* store = app.add_subcommand(
    "store", "Look into the message store of a cafqd that does not run");
  store->require_subcommand(1);
  auto x = std::make_shared<store_options>();
  add(*store, "check",
      "Verify every row; exit code 0: good, 1: damaged, 2: cannot be opened", x,
      check)
    .add_flag("--json", x->json, "Answer in JSON");
  add(*store, "compact",
      "Replace the store by a copy without free pages; a free disk of its size "
      "is needed",
      x, compact);
  auto& dumping = add(*store, "dump", "Write every message as a line of JSON",
                      x, dump);
  dumping.add_option("--topic,-t", x->topic, "Only of this topic");
  dumping.add_option("--channel,-c", x->channel, "Only of this channel");
}

} // namespace cafq::tool
