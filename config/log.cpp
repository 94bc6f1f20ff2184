#include "config/log.hpp"

#include "config/log_formatter.hpp"

#include <array>
#include <memory>
#include <string>

#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

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

} // namespace

std::optional<level> to_level(std::string_view name) {
  for (const auto& [known, value] : levels)
    if (lower(name) == known)
      return value;
  return std::nullopt;
}

std::optional<format> to_format(std::string_view name) {
  if (lower(name) == "text")
    return format::text;
  if (lower(name) == "json")
    return format::json;
  return std::nullopt;
}

void init(level least, format shape, std::string_view prefix) {
  set_level(least);
  current() = make_logger(std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                          shape, prefix);
}

void init(level least, format shape, std::string_view prefix,
          std::ostream& out) {
  set_level(least);
  current() = make_logger(std::make_shared<spdlog::sinks::ostream_sink_mt>(out),
                          shape, prefix);
}

void detail::write(level severity, std::string_view text) {
  current()->log(to_spdlog(severity),
                 spdlog::string_view_t{text.data(), text.size()});
}

} // namespace cafq::log
