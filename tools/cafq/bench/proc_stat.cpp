#include "tools/cafq/bench/proc_stat.hpp"

#include "tools/cafq/error.hpp"

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <unistd.h>

namespace cafq::bench {

namespace {

constexpr std::string_view blanks = " \t\n";

/// Cuts the next word off the front of `text`.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  const auto word = text.substr(0, text.find_first_of(blanks));
  text.remove_prefix(word.size());
  return word;
}

std::optional<std::uint64_t> to_number(std::string_view word) {
  std::uint64_t value = 0;
  const auto* last = word.data() + word.size();
  const auto [end, code] = std::from_chars(word.data(), last, value);
  if (code != std::errc{} || end != last)
    return std::nullopt;
  return value;
}

/// The number in a line of /proc/PID/status; 0 for what this kernel lacks.
std::uint64_t status_field(std::string_view status, std::string_view name) {
  const auto at = status.find(name);
  if (at == std::string_view::npos)
    return 0;
  status.remove_prefix(at + name.size());
  return to_number(take_word(status)).value_or(0);
}

std::string slurp(const std::string& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

std::optional<proc_stat>
parse_proc_stat(std::string_view stat, std::string_view status,
                std::int64_t ticks_per_second) {
  // The name before the last ')' may hold anything, blanks included.
  const auto name_end = stat.rfind(')');
  if (name_end == std::string_view::npos)
    return std::nullopt;
  stat.remove_prefix(name_end + 1);
  constexpr int words_between = 11; // proc(5): state is (3), utime is (14)
  for (int i = 0; i < words_between; ++i)
    take_word(stat);
  const auto user = to_number(take_word(stat));
  const auto system = to_number(take_word(stat));
  if (!user || !system)
    return std::nullopt;
  const std::chrono::nanoseconds tick{1'000'000'000 / ticks_per_second};
  return proc_stat{
    .user = tick * *user,
    .system = tick * *system,
    .rss_anon_kb = status_field(status, "RssAnon:"),
    .rss_peak_kb = status_field(status, "VmHWM:"),
    .switches = 0,
  };
}

std::uint64_t parse_switches(std::string_view status) {
  return status_field(status, "\nvoluntary_ctxt_switches:")
         + status_field(status, "\nnonvoluntary_ctxt_switches:");
}

proc_stat read_proc_stat(pid_t pid) {
  const auto folder = "/proc/" + std::to_string(pid);
  auto stat = parse_proc_stat(
    slurp(folder + "/stat"), slurp(folder + "/status"), ::sysconf(_SC_CLK_TCK));
  if (!stat)
    throw tool::error("no process " + std::to_string(pid)
                      + " to read the CPU time of");
  std::error_code gone;
  for (const auto& task :
       std::filesystem::directory_iterator{folder + "/task", gone})
    stat->switches += parse_switches(slurp(task.path() / "status"));
  return *stat;
}

} // namespace cafq::bench
