#include "persistence/storage_error.hpp"
#include "tools/cafq/disk_probe.hpp"
#include "tools/cafq/error.hpp"
#include "tools/cafq/operate.hpp"

#include <cstdint>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace cafq::tool {

namespace {

struct disk_options {
  std::string path;
  bool json = false;
};

double ms(std::uint64_t ns) {
  return static_cast<double>(ns) / 1e6;
}

/// How many messages a second, if `messages` are in each commit.
double rate(const bench::histogram& commits, double messages) {
  const auto ns = commits.quantile(0.5);
  return ns == 0 ? 0 : messages * 1e9 / static_cast<double>(ns);
}

/// Two significant digits: more would be a promise.
std::string rough(double x) {
  auto unit = 1.0;
  while (x / unit >= 100)
    unit *= 10;
  return std::to_string(static_cast<std::uint64_t>(x / unit)
                        * static_cast<std::uint64_t>(unit));
}

void print_times(const char* what, const bench::histogram& x) {
  std::cout << std::left << std::setw(24) << what << std::right << std::fixed
            << std::setprecision(2) << "p50 " << std::setw(8)
            << ms(x.quantile(0.5)) << " ms   p99 " << std::setw(8)
            << ms(x.quantile(0.99)) << " ms   " << x.count() << " measured\n";
}

void print(const disk_times& x) {
  print_times("fdatasync of 4 KB", x.sync);
  print_times("commit of 1 message", x.commit_1);
  print_times("commit of 50", x.commit_50);
  print_times("commit of 400", x.commit_400);
  std::cout
    << "\nAcknowledged messages a second (200 bytes) that this disk allows:\n"
    << "always    " << rough(rate(x.commit_1, 1))
    << " from one client that awaits each OK, " << rough(rate(x.commit_50, 50))
    << " from 50 of them,\n          " << rough(rate(x.commit_400, 400))
    << " by MPUB 200 on two connections; nothing acknowledged is lost\n"
    << "interval  the disk is not waited for; a crash loses at most "
       "--sync-interval\n          and one commit, here "
    << std::setprecision(2) << ms(x.commit_400.quantile(0.99)) << " ms\n"
    << "overflow  the disk is not waited for; a crash loses what is in "
       "memory\n";
}

nlohmann::ordered_json to_json(const bench::histogram& x) {
  return {{"p50_ms", ms(x.quantile(0.5))},
          {"p99_ms", ms(x.quantile(0.99))},
          {"measured", x.count()}};
}

nlohmann::ordered_json to_json(const disk_times& x) {
  return {{"fdatasync", to_json(x.sync)},
          {"commit_1", to_json(x.commit_1)},
          {"commit_50", to_json(x.commit_50)},
          {"commit_400", to_json(x.commit_400)},
          {"always_per_second",
           {{"one_client", rate(x.commit_1, 1)},
            {"fifty_clients", rate(x.commit_50, 50)},
            {"mpub", rate(x.commit_400, 400)}}}};
}

void run(const disk_options& options) {
  try {
    const auto x = measure_disk(options.path);
    if (options.json)
      std::cout << to_json(x).dump() << '\n';
    else
      print(x);
  } catch (const storage_error& x) {
    throw error{x.what()};
  }
}

} // namespace

void add_disk(CLI::App& app) {
  auto x = std::make_shared<disk_options>();
  auto* sub = app.add_subcommand(
    "disk", "Measure a disk for some seconds, and say what each --sync would "
            "give there");
  sub->add_option("path", x->path, "A directory on it, the data path say")
    ->required();
  sub->add_flag("--json", x->json, "Answer in JSON");
  sub->callback([x] { run(*x); });
}

} // namespace cafq::tool
