#include "persistence/lmdb_message_store.hpp"

#include "persistence/lmdb_store.hpp"

namespace cafq {

std::unique_ptr<message_store>
open_message_store(const std::filesystem::path& file, store_options options) {
  return std::make_unique<lmdb_store>(file, std::move(options));
}

} // namespace cafq
