#include "config/printable.hpp"
#include "net/http/url.hpp"
#include "tools/cafq/advice.hpp"
#include "tools/cafq/error.hpp"
#include "tools/cafq/http_client.hpp"
#include "tools/cafq/operate.hpp"
#include "tools/cafq/order_option.hpp"
#include "tools/cafq/terminal.hpp"
#include "tools/cafq/top_table.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

namespace cafq::tool {

namespace {

using steady = std::chrono::steady_clock;

struct top_options {
  std::string address = default_http_address;
  std::string filter;
  top_order order = top_order::depth;
  double interval = 2;
  bool once = false;
  bool json = false;
  bool no_colour = false;
};

/// Looks at a broker again and again.
class top_watch {
public:
  explicit top_watch(const top_options& options)
    : options_(options), where_(parse_endpoint(options.address)) {
    // nop
  }

  /// Looks again. What moves is known from the second time on.
  void look() {
    auto rows = fetch();
    const auto now = steady::now();
    const std::chrono::duration<double> passed = now - looked_;
    if (!last_.empty())
      add_rates(rows, last_, passed.count());
    looked_ = now;
    last_ = std::move(rows);
  }

  /// Returns the rows of the last look.
  [[nodiscard]] top_rows rows(top_order order, std::string_view filter) const {
    auto result = last_;
    arrange(result, order, filter);
    return result;
  }

  [[nodiscard]] std::string why(const top_row& x) const {
    if (!tells_states_)
      return "This broker cannot say why: it is nsqd, or an older cafqd.\n";
    auto target = "/debug/why?format=text&topic="
                  + cafq::http::encode_query(x.topic);
    if (!x.channel.empty())
      target += "&channel=" + cafq::http::encode_query(x.channel);
    const auto reply = http_request(where_, "GET", target);
    return reply.status == 200 ? with_address(
             printable(reply.body, shown_as::lines), options_.address)
                               : "The broker answered " + reason(reply) + "\n";
  }

private:
  /// A cafqd tells what each does; any other broker has /stats. Which one it is
  /// may have changed since it was last there.
  top_rows fetch() {
    const auto reply = http_request(where_, "GET", "/debug/actors");
    tells_states_ = reply.status != 404;
    if (reply.status == 200)
      return rows_of_actors(reply.body);
    if (tells_states_)
      throw error("the broker answered " + reason(reply));
    return rows_of_stats(http_fetch(
      options_.address, "GET", "/stats?format=json&include_clients=false"));
  }

  const top_options& options_;
  endpoint where_;
  bool tells_states_ = true;
  top_rows last_;
  steady::time_point looked_{};
};

std::string summary_of(const top_rows& rows, const top_options& x,
                       std::string_view order, std::string_view filter) {
  std::size_t topics = 0;
  double in = 0;
  double out = 0;
  for (const auto& row : rows) {
    if (row.channel.empty()) {
      ++topics;
      in += row.in;
    } else {
      out += row.out;
    }
  }
  return fmt::format("{}  topics {}  channels {}  in {:.0f}/s  out {:.0f}/s  "
                     "by {}{}{}\n",
                     x.address, topics, rows.size() - topics, in, out, order,
                     filter.empty() ? "" : "  filter ", filter);
}

/// The screen, and what keys have made of it.
class top_screen {
public:
  explicit top_screen(const top_options& options)
    : options_(options),
      watch_(options),
      order_(options.order),
      filter_(options.filter),
      colours_(!options.no_colour && !std::getenv("NO_COLOR")) {
    // nop
  }

  void run() {
    terminal term;
    const auto interval = std::chrono::milliseconds{
      static_cast<std::int64_t>(options_.interval * 1000)};
    watch_.look();
    auto due = steady::now() + interval;
    for (;;) {
      draw(term);
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        due - steady::now());
      const auto what = term.wait(std::max(left, decltype(left){0}));
      if (what == terminal::event::stop)
        return;
      if (what == terminal::event::key && !take(term.keys()))
        return;
      if (steady::now() >= due) {
        look();
        due = steady::now() + interval;
      }
    }
  }

private:
  /// A broker that does not answer may do so again.
  void look() {
    try {
      watch_.look();
      trouble_.clear();
    } catch (const error& e) {
      trouble_ = e.what();
    }
  }

  void draw(const terminal& term) {
    const auto size = term.get_size();
    if (!why_.empty()) {
      term.show(why_ + "\nAny key goes back.");
      return;
    }
    rows_ = watch_.rows(order_, filter_);
    marked_ = std::min(marked_, rows_.empty() ? 0 : rows_.size() - 1);
    top_look look;
    look.width = size.width;
    look.marked = marked_;
    look.colours = colours_;
    // The summary, and the keys.
    const auto spare = size.height >= 4;
    look.height = std::max<std::size_t>(size.height, 2) - (spare ? 2 : 0);
    if (marked_ >= look.height - 1)
      look.first = marked_ - (look.height - 2);
    auto text = draw_top(rows_, look);
    text.pop_back();
    if (spare)
      text = top_line(size.width) + text + "\n" + keys_line(size.width);
    term.show(text);
  }

  [[nodiscard]] std::string why(const top_row& x) const {
    try {
      return watch_.why(x);
    } catch (const error& e) {
      return std::string{e.what()} + "\n";
    }
  }

  [[nodiscard]] std::string top_line(std::size_t width) const {
    if (!trouble_.empty())
      return (options_.address + ": " + trouble_).substr(0, width) + "\n";
    auto result = summary_of(rows_, options_, word_for(order_), filter_);
    result.pop_back();
    return result.substr(0, width) + "\n";
  }

  [[nodiscard]] std::string keys_line(std::size_t width) const {
    const std::string result
      = typing_ ? "filter: " + filter_ + "_"
                : "q quit  s sort  / filter  up down  enter why";
    return result.substr(0, width);
  }

  /// @returns false at the end.
  bool take(const std::string& keys) {
    if (!std::exchange(why_, {}).empty())
      return true;
    if (typing_) {
      type(keys);
      return true;
    }
    if (keys == "q")
      return false;
    if (keys == "s")
      order_ = next(order_);
    else if (keys == "/")
      typing_ = true;
    else if ((keys == "\x1b[A" || keys == "k") && marked_ > 0)
      --marked_;
    else if (keys == "\x1b[B" || keys == "j")
      ++marked_;
    else if ((keys == "\n" || keys == "\r" || keys == "w") && !rows_.empty())
      why_ = why(rows_[marked_]);
    return true;
  }

  void type(const std::string& keys) {
    for (const auto c : keys) {
      if (c == '\n' || c == '\r' || c == '\x1b')
        typing_ = false;
      else if (c == '\x7f' || c == '\b')
        filter_ = filter_.substr(0, filter_.size() - (filter_.empty() ? 0 : 1));
      else if (c > ' ')
        filter_ += c;
    }
  }

  const top_options& options_;
  top_watch watch_;
  top_order order_;
  std::string filter_;
  bool colours_;
  bool typing_ = false;
  std::string why_;
  /// Why the last look saw nothing; empty if it did.
  std::string trouble_;
  std::size_t marked_ = 0;
  top_rows rows_;
};

void show_once(const top_options& x) {
  top_watch broker{x};
  broker.look();
  std::this_thread::sleep_for(std::chrono::duration<double>{x.interval});
  broker.look();
  const auto rows = broker.rows(x.order, x.filter);
  if (x.json) {
    std::cout << top_json(rows) << '\n';
    return;
  }
  top_look look;
  look.width = 110;
  look.height = rows.size() + 1;
  std::cout << summary_of(rows, x, word_for(x.order), x.filter)
            << draw_top(rows, look);
}

void run(const top_options& x) {
  if (x.once || x.json)
    show_once(x);
  else if (terminal::is_there())
    top_screen{x}.run();
  else
    throw error("this is no terminal: --once shows it once");
}

} // namespace

void add_top(CLI::App& app) {
  auto x = std::make_shared<top_options>();
  auto* sub = app.add_subcommand(
    "top", "Show topics and channels with what moves, again and again");
  sub->add_option("--http-address", x->address, "Broker; nsqd as well")
    ->capture_default_str();
  sub->add_option("--interval", x->interval, "Seconds between two looks")
    ->check(CLI::Range(0.2, 3600.0))
    ->capture_default_str();
  const std::map<std::string, top_order> orders{
    {"name", top_order::name},
    {"depth", top_order::depth},
    {"in", top_order::in},
    {"out", top_order::out},
    {"oldest", top_order::oldest},
    {"in-flight", top_order::in_flight},
    {"deferred", top_order::deferred},
    {"clients", top_order::clients},
    {"busy", top_order::busy}};
  add_order(*sub, x->order, orders);
  sub->add_option("--filter", x->filter, "Only names with this in them");
  sub->add_flag("--once", x->once, "Show it once, behind two looks");
  sub->add_flag("--json", x->json, "The same as JSON");
  sub->add_flag("--no-color", x->no_colour,
                "Without colours, as if NO_COLOR were set");
  sub->callback([x] { run(*x); });
}

} // namespace cafq::tool
