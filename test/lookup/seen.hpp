#pragma once

#include "actors/lookup/place.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What a registry has, as somebody who walks through it sees it.
namespace cafq::test {

template <class F>
void each_place(const lookup::registry& all, std::string_view topic, F f) {
  lookup::registry::position at;
  while (all.walk(at, topic, 1, [&f](const lookup::place& x) {
    f(x);
    return size_t{1};
  }))
    ;
}

inline std::vector<std::string> topics(const lookup::registry& all) {
  std::vector<std::string> result;
  each_place(all, "*", [&](const lookup::place& x) {
    if (!x.channel)
      result.push_back(*x.topic);
  });
  return result;
}

inline std::vector<std::string>
channels(const lookup::registry& all, std::string_view topic) {
  std::vector<std::string> result;
  each_place(all, topic, [&](const lookup::place& x) {
    if (x.channel)
      result.push_back(*x.channel);
  });
  return result;
}

/// Returns whom to tell of when somebody looks for a topic.
inline std::vector<lookup::producer_id>
active(const lookup::registry& all, std::string_view topic,
       lookup::time_point now) {
  std::vector<lookup::producer_id> result;
  each_place(all, topic, [&](const lookup::place& x) {
    if (!x.channel)
      x.each([&](const lookup::place::entry& y) {
        if (all.active(y.what(), now))
          result.push_back(y.id);
      });
  });
  return result;
}

/// Returns the topics of a producer, and whether a tombstone hides it there.
inline std::map<std::string, bool>
topics_of(const lookup::registry& all, lookup::producer_id id,
          lookup::time_point now) {
  std::map<std::string, bool> result;
  each_place(all, "*", [&](const lookup::place& x) {
    if (!x.channel)
      x.each([&](const lookup::place::entry& y) {
        if (y.id == id)
          result.emplace(*x.topic, all.dead(y.what(), now));
      });
  });
  return result;
}

} // namespace cafq::test
