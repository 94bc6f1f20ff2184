// Plays the broker's real actors on a simulated machine. What it proves, and
// how to read what it prints: docs/TESTING.md.

#include "test/sim/runner.hpp"

#include <chrono>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

namespace {

using namespace cafq::sim;

/// How much of the end of a failed run is told.
constexpr size_t last_lines = 60;

struct wishes {
  std::optional<uint64_t> seed;
  uint64_t first = 1;
  uint64_t seeds = 0;
  double minutes = 0;
  size_t jobs = std::max(std::thread::hardware_concurrency(), 1U);
  std::string file;
  std::vector<size_t> without_faults;
  std::vector<size_t> without_clients;
  bool shrinks = true;
};

void print_failure(const plan& what, const wishes& how) {
  const auto least = how.shrinks ? shrink(what) : what;
  const auto again = play(least, last_lines);
  std::cout << fmt::format("seed {}: {}\n", what.seed, again.fault)
            << least.text() << again.last << std::flush;
}

int play_one(const wishes& how) {
  plan what{*how.seed};
  what.without_faults = {how.without_faults.begin(), how.without_faults.end()};
  what.without_clients = {how.without_clients.begin(),
                          how.without_clients.end()};
  const auto x = play(what);
  if (!x.fault.empty()) {
    print_failure(what, how);
    return 1;
  }
  std::cout << fmt::format("seed {}: hash {:016x}\n", what.seed, x.what.hash);
  tally all;
  all.add(what, x);
  all.print(std::cout);
  return 0;
}

std::vector<uint64_t> seeds_in(const std::string& file) {
  std::ifstream in{file};
  std::vector<uint64_t> result;
  for (std::string line; std::getline(in, line);) {
    const auto text = line.substr(0, line.find('#'));
    const auto begin = text.find_first_not_of(' ');
    if (begin == text.npos)
      continue;
    size_t end = 0;
    result.push_back(std::stoull(text.substr(begin), &end));
    if (text.find_first_not_of(' ', begin + end) != text.npos)
      throw std::invalid_argument(file + ": \"" + line + "\" is no seed");
  }
  return result;
}

int play_many(const wishes& how,
              const std::function<std::optional<uint64_t>()>& next) {
  tally all;
  std::vector<plan> failed;
  play_all(how.jobs, next, [&](const plan& what, const verdict& x) {
    all.add(what, x);
    if (x.fault.empty())
      return;
    std::cout << fmt::format("seed {}: {}\n", what.seed, x.fault) << std::flush;
    failed.push_back(what);
  });
  // They may all have one reason.
  for (size_t i = 0; i < failed.size() && i < 3; ++i)
    print_failure(failed[i], how);
  all.print(std::cout);
  return failed.empty() ? 0 : 1;
}

int play_file(const wishes& how) {
  const auto list = seeds_in(how.file);
  return play_many(how, [&list, i = size_t{0}]() mutable {
    return i < list.size() ? std::optional{list[i++]} : std::nullopt;
  });
}

int play_range(const wishes& how) {
  using clock = std::chrono::steady_clock;
  const auto end = clock::now()
                   + std::chrono::duration_cast<clock::duration>(
                     std::chrono::duration<double>{how.minutes * 60});
  return play_many(how, [&, i = how.first]() mutable {
    const auto more = how.minutes > 0 ? clock::now() < end
                                      : i < how.first + how.seeds;
    return more ? std::optional{i++} : std::nullopt;
  });
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Simulates cafqd with clients, faults and restarts."};
  wishes how;
  auto* what = app.add_option_group("what");
  what->add_option("--seed", how.seed, "One run");
  what->add_option("--seeds", how.seeds, "So many runs, from --first on");
  what->add_option("--minutes", how.minutes, "Runs for so long")
    ->check(CLI::PositiveNumber);
  what->add_option("--file", how.file, "The seeds in a file")
    ->check(CLI::ExistingFile);
  what->require_option(1);
  app.add_option("--first", how.first, "The first seed");
  app.add_option("--jobs", how.jobs, "Runs at a time")
    ->check(CLI::PositiveNumber);
  app.add_option("--without-fault", how.without_faults,
                 "Leaves faults of --seed out");
  app.add_option("--without-client", how.without_clients,
                 "Leaves clients of --seed out");
  app.add_flag("!--no-shrink", how.shrinks,
               "Tells of failures as they are, at once");
  CLI11_PARSE(app, argc, argv);
  try {
    if (how.seed)
      return play_one(how);
    return how.file.empty() ? play_range(how) : play_file(how);
  } catch (const std::exception& x) {
    std::cerr << "cafq_sim: " << x.what() << '\n';
    return 2;
  }
}
