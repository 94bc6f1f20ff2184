#include "config/log_formatter.hpp"

#include "config/printable.hpp"

#include <array>
#include <chrono>
#include <ctime>
#include <string>

#include <nlohmann/json.hpp>
#include <spdlog/details/log_msg.h>
#include <spdlog/details/os.h>

namespace cafq::log {

namespace {

struct moment {
  std::tm calendar;
  int64_t microseconds;
};

moment split(spdlog::log_clock::time_point time, bool local) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest
    = std::chrono::duration_cast<std::chrono::microseconds>(time - seconds);
  const auto count = spdlog::log_clock::to_time_t(seconds);
  return {local ? spdlog::details::os::localtime(count)
                : spdlog::details::os::gmtime(count),
          rest.count()};
}

template <class... Ts>
void append(spdlog::memory_buf_t& line, fmt::format_string<Ts...> pattern,
            Ts&&... xs) {
  fmt::format_to(std::back_inserter(line), pattern, std::forward<Ts>(xs)...);
}

void append_text(spdlog::memory_buf_t& line, std::string_view text) {
  line.append(text.data(), text.data() + text.size());
}

std::string_view name_of(spdlog::level::level_enum severity, bool upper) {
  using pair = std::array<std::string_view, 2>;
  const auto names = [severity]() -> pair {
    switch (severity) {
      case spdlog::level::trace:
      case spdlog::level::debug:
        return {"debug", "DEBUG"};
      case spdlog::level::info:
        return {"info", "INFO"};
      case spdlog::level::warn:
        return {"warn", "WARNING"};
      case spdlog::level::err:
        return {"error", "ERROR"};
      default:
        return {"fatal", "FATAL"};
    }
  }();
  return names[upper ? 1 : 0];
}

/// `<prefix>2026/11/20 08:20:04.628521 INFO: text`, in local time.
class text_formatter : public spdlog::formatter {
public:
  explicit text_formatter(std::string_view prefix) : prefix_(prefix) {
    // nop
  }

  void format(const spdlog::details::log_msg& event,
              spdlog::memory_buf_t& line) override {
    const auto [at, micros] = split(event.time, true);
    append_text(line, prefix_);
    append(line,
           "{:04}/{:02}/{:02} {:02}:{:02}:{:02}.{:06} {}: ", at.tm_year + 1900,
           at.tm_mon + 1, at.tm_mday, at.tm_hour, at.tm_min, at.tm_sec, micros,
           name_of(event.level, true));
    append_text(line, printable({event.payload.data(), event.payload.size()}));
    line.push_back('\n');
  }

  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<text_formatter>(prefix_);
  }

private:
  std::string prefix_;
};

/// `{"time":"2026-11-20T07:20:04.628521Z","level":"info","msg":"text"}`.
class json_formatter : public spdlog::formatter {
public:
  void format(const spdlog::details::log_msg& event,
              spdlog::memory_buf_t& line) override {
    using json = nlohmann::json;
    const auto [at, micros] = split(event.time, false);
    append(line,
           "{{\"time\":\"{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z\","
           "\"level\":\"{}\",\"msg\":",
           at.tm_year + 1900, at.tm_mon + 1, at.tm_mday, at.tm_hour, at.tm_min,
           at.tm_sec, micros, name_of(event.level, false));
    const json text = std::string{event.payload.data(), event.payload.size()};
    append_text(
      line, printable(text.dump(-1, ' ', false, json::error_handler_t::replace),
                      shown_as::json));
    append_text(line, "}\n");
  }

  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<json_formatter>();
  }
};

} // namespace

std::unique_ptr<spdlog::formatter>
make_formatter(format shape, std::string_view prefix) {
  if (shape == format::json)
    return std::make_unique<json_formatter>();
  return std::make_unique<text_formatter>(prefix);
}

} // namespace cafq::log
