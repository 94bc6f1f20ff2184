#include "config/log.hpp"

#include "config/log_formatter.hpp"
#include "config/log_writer.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include <spdlog/details/log_msg.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

namespace cafq::log {

namespace {

constexpr std::array<std::pair<std::string_view, level>, 5> levels{{
  {"debug", level::debug},
  {"info", level::info},
  {"warn", level::warn},
  {"error", level::error},
  {"fatal", level::fatal},
}};

spdlog::level::level_enum to_spdlog(level severity) {
  switch (severity) {
    case level::debug:
      return spdlog::level::debug;
    case level::info:
      return spdlog::level::info;
    case level::warn:
      return spdlog::level::warn;
    case level::error:
      return spdlog::level::err;
    case level::fatal:
      return spdlog::level::critical;
  }
  return spdlog::level::critical;
}

std::string lower(std::string_view text) {
  std::string result{text};
  for (auto& ch : result)
    if (ch >= 'A' && ch <= 'Z')
      ch = static_cast<char>(ch | 0x20);
  return result;
}

/// Bytes of lines that wait for the reader of the log.
constexpr size_t most_waiting = size_t{1} << 20U;

/// How long the end of the process may wait for its last line.
constexpr std::chrono::seconds last_line_time{1};

std::string to_text(const spdlog::memory_buf_t& line) {
  return {line.data(), line.size()};
}

/// Hands lines to a thread that writes them to stderr.
class background_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
  background_sink(format shape, std::string_view prefix)
    : writer_(STDERR_FILENO, most_waiting,
              [own = std::shared_ptr{make_formatter(shape, prefix)}](auto x) {
                const auto text = "LOG: " + std::to_string(x)
                                  + " lines dropped: nobody took them in time";
                spdlog::memory_buf_t line;
                own->format({"cafqd", spdlog::level::warn, text}, line);
                return to_text(line);
              }) {
    // nop
  }

  [[nodiscard]] uint64_t dropped() const {
    return writer_.dropped();
  }

private:
  void sink_it_(const spdlog::details::log_msg& x) override {
    spdlog::memory_buf_t line;
    formatter_->format(x, line);
    if (x.level == spdlog::level::critical)
      writer_.add_and_wait(to_text(line), last_line_time);
    else
      writer_.add(to_text(line));
  }

  void flush_() override {
    // Each line goes as soon as it can.
  }

  log_writer writer_;
};

using logger_ptr = std::unique_ptr<spdlog::logger>;

logger_ptr
make_logger(spdlog::sink_ptr sink, format shape, std::string_view prefix) {
  auto result = std::make_unique<spdlog::logger>("cafqd", std::move(sink));
  // The level was looked at before the text was put together.
  result->set_level(spdlog::level::trace);
  result->flush_on(spdlog::level::trace);
  result->set_formatter(make_formatter(shape, prefix));
  return result;
}

logger_ptr& current() {
  static auto instance
    = make_logger(std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                  format::text, "[cafqd] ");
  return instance;
}

std::shared_ptr<background_sink>& background() {
  static std::shared_ptr<background_sink> instance;
  return instance;
}

} // namespace

std::optional<level> to_level(std::string_view name) {
  for (const auto& [known, value] : levels)
    if (lower(name) == known)
      return value;
  return std::nullopt;
}

void init(level least, format shape, std::string_view prefix) {
  set_level(least);
  background() = std::make_shared<background_sink>(shape, prefix);
  current() = make_logger(background(), shape, prefix);
}

void init(level least, format shape, std::string_view prefix,
          std::ostream& out) {
  set_level(least);
  current() = make_logger(std::make_shared<spdlog::sinks::ostream_sink_mt>(out),
                          shape, prefix);
}

uint64_t dropped_lines() {
  return background() ? background()->dropped() : 0;
}

void detail::write(level severity, std::string_view text) {
  current()->log(to_spdlog(severity),
                 spdlog::string_view_t{text.data(), text.size()});
}

} // namespace cafq::log
