#pragma once

#include "tools/cafq/cli_fwd.hpp"

namespace cafq::tool {

/// Adds `cafq actors`.
void add_actors(CLI::App& app);

/// Adds `cafq backup`.
void add_backup(CLI::App& app);

/// Adds `cafq disk`.
void add_disk(CLI::App& app);

/// Adds `cafq import`.
void add_import(CLI::App& app);

/// Adds `cafq peek`.
void add_peek(CLI::App& app);

/// Adds `cafq restore`.
void add_restore(CLI::App& app);

/// Adds `cafq stats`.
void add_stats(CLI::App& app);

/// Adds `cafq store`.
void add_store(CLI::App& app);

/// Adds `cafq topic` and `cafq channel`.
void add_topic_and_channel(CLI::App& app);

/// Adds `cafq top`.
void add_top(CLI::App& app);

/// Adds `cafq why`.
void add_why(CLI::App& app);

} // namespace cafq::tool
