#include "net/protocol/command_parser.hpp"

#include "net/protocol/big_endian.hpp"
#include "net/protocol/body_rules.hpp"
#include "net/protocol/command_line.hpp"

#include <algorithm>
#include <utility>

namespace cafq::protocol {

command_parser::command_parser(const limits& limits, session& session) noexcept
  : limits_(limits), session_(session) {
  // nop
}

// -- input --------------------------------------------------------------------

void command_parser::feed(std::string_view bytes) {
  fed_ += bytes.size();
  if (stage_ != stage::dead)
    input_.feed(bytes);
}

void command_parser::stash() {
  input_.keep();
}

void command_parser::discard() noexcept {
  if (stage_ == stage::dead)
    return;
  finish(0);
  input_.discard();
}

std::string command_parser::take_input() {
  input_.keep();
  std::string result{input_.window()};
  discard();
  return result;
}

// -- output -------------------------------------------------------------------

parse_result command_parser::next() {
  input_.recycle();
  for (;;) {
    auto result = step(input_.window());
    if (!std::holds_alternative<need_more>(result))
      return result;
    const bool more = stage_ == stage::line ? input_.extend_line(max_line_size)
                                            : input_.extend(wanted_);
    if (!more)
      return result;
  }
}

std::optional<violation> command_parser::end_of_input() {
  const auto body_size = input_.window().size() - line_size_;
  std::optional<violation> result;
  switch (stage_) {
    case stage::line:
    case stage::dead:
      return std::nullopt;
    case stage::body:
      result = body_size < 4 ? no_body_size(name_) : no_body(name_);
      break;
    case stage::mpub:
      result = mpub_.cut_short(body_size);
      break;
  }
  end();
  return result;
}

// -- steps --------------------------------------------------------------------

parse_result command_parser::step(std::string_view window) {
  switch (stage_) {
    case stage::line:
      return read_line(window);
    case stage::body:
      return read_body(window);
    case stage::mpub:
      return read_mpub(window);
    case stage::dead:
      break;
  }
  return need_more{};
}

parse_result command_parser::read_line(std::string_view window) {
  const auto start = window.substr(0, max_line_size);
  const auto newline = start.find('\n', scanned_);
  if (newline == std::string_view::npos) {
    if (start.size() == max_line_size)
      return fail({});
    scanned_ = start.size();
    return need_more{};
  }
  line_size_ = newline + 1;
  auto line = start.substr(0, newline);
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  auto parsed = parse_line(line, limits_, session_);
  if (auto* done = std::get_if<command>(&parsed)) {
    finish(line_size_);
    return *done;
  }
  if (auto* bad = std::get_if<violation>(&parsed))
    return fail(std::move(*bad));
  const auto& follows = std::get<body_follows>(parsed);
  name_ = follows.name;
  delay_ = follows.delay;
  topic_size_ = follows.topic.size();
  if (topic_size_ > 0)
    topic_at_ = static_cast<size_t>(follows.topic.data() - window.data());
  if (name_ == command_name::mpub) {
    stage_ = stage::mpub;
    mpub_ = {};
    return command{mpub_begin{topic(window)}};
  }
  stage_ = stage::body;
  return read_body(window);
}

parse_result command_parser::read_body(std::string_view window) {
  const auto body = window.substr(line_size_);
  if (body.size() < 4) {
    wanted_ = line_size_ + 4;
    return need_more{};
  }
  const auto size = load_big_endian<int32_t>(body.data());
  if (size <= 0 || size > max_body(name_, limits_))
    return fail(bad_body_size(name_, size, limits_));
  const auto whole = 4 + static_cast<size_t>(size);
  if (body.size() < whole) {
    wanted_ = line_size_ + whole;
    return need_more{};
  }
  if (name_ == command_name::auth && !limits_.auth_enabled)
    return fail(auth_disabled());
  finish(line_size_ + whole);
  return with_body(window, body.substr(4, whole - 4));
}

parse_result command_parser::read_mpub(std::string_view window) {
  const auto body = window.substr(line_size_);
  if (auto bad = mpub_.advance(body, limits_))
    return fail(std::move(*bad));
  if (!mpub_.done()) {
    wanted_ = line_size_ + mpub_.wanted();
    return need_more{};
  }
  const auto last = mpub_.last();
  const auto part = mpub_.take(body);
  if (!last)
    return command{mpub_part{part.records, part.count}};
  finish(line_size_ + mpub_.size());
  return command{mpub{topic(window), part.records, part.count, mpub_.count(),
                      mpub_.message_bytes()}};
}

// -- helpers ------------------------------------------------------------------

parse_result command_parser::fail(violation what) {
  end();
  return what;
}

void command_parser::finish(size_t command_size) noexcept {
  input_.consume(command_size);
  stage_ = stage::line;
  scanned_ = 0;
}

std::string_view command_parser::topic(std::string_view window) const noexcept {
  return window.substr(topic_at_, topic_size_);
}

command command_parser::with_body(std::string_view window,
                                  std::string_view body) const noexcept {
  switch (name_) {
    case command_name::identify:
      return identify{body};
    case command_name::auth:
      return auth{body};
    case command_name::dpub:
      return dpub{topic(window), body, delay_};
    default:
      return pub{topic(window), body};
  }
}

} // namespace cafq::protocol
