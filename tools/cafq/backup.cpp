#include "tools/cafq/error.hpp"
#include "tools/cafq/http_client.hpp"
#include "tools/cafq/operate.hpp"
#include "tools/cafq/unique_fd.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <unistd.h>

namespace cafq::tool {

namespace {

struct backup_options {
  std::string address = default_http_address;
  std::string output;
  std::uint64_t max_growth = std::uint64_t{1} << 30;
};

void write_all(int fd, const std::string& name, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      throw error{name + ": " + std::strerror(errno)};
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void fetch(const backup_options& x, int to) {
  http_download(
    x.address, "POST", "/backup?max_growth=" + std::to_string(x.max_growth),
    [&](std::string_view piece) { write_all(to, x.output, piece); });
}

/// A file gets its name once it is complete and on disk.
void run(const backup_options& x) {
  if (x.output == "-") {
    fetch(x, STDOUT_FILENO);
    return;
  }
  const auto unfinished = x.output + ".part";
  const unique_fd file{
    ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (file.get() < 0)
    throw error{unfinished + ": " + std::strerror(errno)};
  try {
    fetch(x, file.get());
  } catch (...) {
    ::unlink(unfinished.c_str());
    throw;
  }
  if (::fsync(file.get()) != 0
      || ::rename(unfinished.c_str(), x.output.c_str()) != 0)
    throw error{x.output + ": " + std::strerror(errno)};
}

} // namespace

void add_backup(CLI::App& app) {
  auto* sub = app.add_subcommand(
    "backup", "Copy the store of a cafqd that runs: what is on its disk, as it "
              "is at one moment, without free pages");
  auto x = std::make_shared<backup_options>();
  sub->add_option("--http-address", x->address, "HTTP address of the broker")
    ->capture_default_str();
  sub->add_option("--output,-o", x->output, "Where to, - for standard output")
    ->required();
  sub
    ->add_option("--max-growth", x->max_growth,
                 "Break off when the broker's file has grown by so many bytes: "
                 "what is copied cannot be used again meanwhile")
    ->capture_default_str();
  sub->callback([x] { run(*x); });
}

} // namespace cafq::tool
