#include "tools/daemon/start.hpp"

#include "config/log.hpp"
#include "config/standard_streams.hpp"
#include "tools/daemon/signals.hpp"

#include <iostream>
#include <variant>

namespace cafq {

int start(int argc, const char* const* argv, config::role of,
          int (*run)(const config::loaded&)) {
  if (!config::open_standard_streams())
    return 1;
  const auto result = config::load(argc, argv, of);
  if (const auto* exit = std::get_if<config::exit_request>(&result)) {
    std::cout << exit->out;
    std::cerr << exit->err;
    return exit->code;
  }
  const auto& loaded = std::get<config::loaded>(result);
  const auto& options = loaded.values;
  // Threads inherit it, so none may be there yet.
  block_signals();
  log::init(options.log_level, options.log_format, options.log_prefix);
  for (const auto& note : loaded.notes)
    log::warn("{}", note);
  return run(loaded);
}

} // namespace cafq
