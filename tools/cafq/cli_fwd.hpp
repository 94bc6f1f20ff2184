#pragma once

// CLI11 takes seconds to compile, and headers only need the name.
namespace CLI { // NOLINT(readability-identifier-naming)
class App;
} // namespace CLI
