#include "config/load.hpp"
#include "config/log.hpp"
#include "config/standard_streams.hpp"
#include "tools/cafqd/broker.hpp"
#include "tools/cafqd/signals.hpp"

#include <iostream>
#include <variant>

int main(int argc, char** argv) {
  if (!cafq::config::open_standard_streams())
    return 1;
  const auto result = cafq::config::load(argc, argv);
  if (const auto* exit = std::get_if<cafq::config::exit_request>(&result)) {
    std::cout << exit->out;
    std::cerr << exit->err;
    return exit->code;
  }
  const auto& loaded = std::get<cafq::config::loaded>(result);
  const auto& options = loaded.values;
  // Threads inherit it, so none may be there yet.
  cafq::block_signals();
  cafq::log::init(options.log_level, options.log_format, options.log_prefix);
  for (const auto& note : loaded.notes)
    cafq::log::warn("{}", note);
  return cafq::run_broker(loaded);
}
