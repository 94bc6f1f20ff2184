#include "persistence/repair.hpp"

#include "persistence/envelope.hpp"
#include "persistence/keys.hpp"

#include <string>

namespace cafq {

namespace {

/// @returns whether there was one.
bool set_one_aside(lmdb::txn& in, const tables& where) {
  lmdb::cursor at{in, where.log};
  for (auto more = at.first(); more; more = at.next()) {
    if (decode_log_key(at.key()) && unseal(at.key(), at.value()))
      continue;
    const std::string key{at.key()};
    const std::string value{at.value()};
    // By place: a search might not find it.
    at.erase();
    const auto name = decode_log_key(key);
    in.put(where.damaged, damaged_key(name ? name->queue : 0, 'L', key), value);
    return true;
  }
  return false;
}

} // namespace

void set_damaged_blocks_aside(lmdb::env& env, const tables& in) {
  lmdb::txn writing{env, lmdb::txn::mode::write};
  while (set_one_aside(writing, in)) {
    // nop
  }
  writing.commit();
}

} // namespace cafq
