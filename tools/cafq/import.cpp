#include "config/printable.hpp"
#include "persistence/allocator.hpp"
#include "persistence/data_path.hpp"
#include "persistence/import/dry_run.hpp"
#include "persistence/import/store_target.hpp"
#include "persistence/lmdb_message_store.hpp"
#include "persistence/storage_error.hpp"
#include "tools/cafq/as_owner.hpp"
#include "tools/cafq/error.hpp"
#include "tools/cafq/import_report.hpp"
#include "tools/cafq/operate.hpp"

#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

namespace cafq::tool {

namespace {

constexpr int refused = 2;

struct import_options {
  std::string source;
  std::string target;
  bool dry_run = false;
  bool json = false;
};

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
           std::chrono::system_clock::now().time_since_epoch())
    .count();
}

/// Says something on the terminal; names of files may have anything in them.
void warn(const std::string& text) {
  std::cerr << "cafq: " << printable(text) << '\n';
}

void run(const import_options& x, const nsqd::nsqd_data_path& from,
         import_target& to) {
  import_progress progress{std::cerr};
  nsqd_import bringing{from, to, now_ns(),
                       [&](auto messages, auto done, auto all) {
                         progress.at(messages, done, all);
                       }};
  bringing.run();
  progress.end();
  const import_report report{bringing.queues(), x.dry_run};
  if (x.json)
    std::cout << report.to_json().dump() << '\n';
  else
    report.print_table(std::cout);
  std::cout.flush();
  for (const auto& text : bringing.damages())
    warn(text);
}

/// Looks at what is in the target without a change to it.
void run_dry(const import_options& x, const nsqd::nsqd_data_path& from) {
  std::optional<store_reader> store;
  const std::filesystem::path dir{x.target};
  if (std::filesystem::exists(dir / data_path::store_file_name))
    store.emplace(dir);
  dry_run to{store ? &*store : nullptr};
  run(x, from, to);
}

void run_real(const import_options& x, const nsqd::nsqd_data_path& from) {
  std::optional<data_path> dir;
  std::unique_ptr<message_store> store;
  {
    const as_owner creating{x.target};
    dir.emplace(x.target);
    store = open_message_store(dir->store_file());
  }
  for (const auto& text : dir->warnings())
    warn(text);
  store_target to{*store, now_ns()};
  run(x, from, to);
}

void run(const import_options& x) {
  tune_allocator();
  try {
    const nsqd::nsqd_data_path from{x.source};
    for (const auto& text : from.warnings())
      warn(text);
    x.dry_run ? run_dry(x, from) : run_real(x, from);
  } catch (const storage_error& ex) {
    if (ex.kind() == storage_failure::full)
      throw error{std::string{ex.what()}
                  + "; what was imported stays, run it again when there is "
                    "room"};
    throw error{ex.what(), ex.kind() == storage_failure::refused ? refused : 1};
  }
}

} // namespace

void add_import(CLI::App& app) {
  auto* sub = app.add_subcommand(
    "import",
    "Bring topics, channels, pauses and messages from the data path of an nsqd "
    "1.3.0 that does not run into that of a cafqd that does not run. nsqd's "
    "files stay as they are; what was imported before is not again. Exit code "
    "0: all is there, 1: not all, 2: refused");
  auto x = std::make_shared<import_options>();
  sub->add_option("nsqd-data-path", x->source, "Where nsqd keeps its files")
    ->required();
  sub->add_option("--data-path", x->target, "The data path of cafqd")
    ->required();
  sub->add_flag("--dry-run", x->dry_run, "Show what would come, write nothing");
  sub->add_flag("--json", x->json, "Answer in JSON");
  sub->callback([x] { run(*x); });
}

} // namespace cafq::tool
