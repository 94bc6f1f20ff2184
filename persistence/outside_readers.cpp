#include "persistence/outside_readers.hpp"

#include <utility>

#include <unistd.h>

namespace cafq {

std::vector<outside_reader>
outside_readers::update(lmdb::env& env, lmdb::txn& reading,
                        clock::time_point now) {
  const auto found = env.readers();
  std::vector<outside_reader> result;
  const auto before = std::exchange(since_, {});
  for (const auto& x : found) {
    if (x.process == ::getpid())
      continue;
    const name key{x.process, x.thread, x.snapshot};
    const auto known = before.find(key);
    const auto since = known == before.end() ? now : known->second;
    since_.emplace(key, since);
    const lmdb::snapshot present{reading};
    result.push_back(
      {x.process, std::chrono::duration_cast<std::chrono::seconds>(now - since),
       reading.pages_given_back_since(x.snapshot)});
  }
  return result;
}

} // namespace cafq
