#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

namespace cafq {

/// Makes room for rows that are to be appended to a text, if they are about as
/// long as those that are in it: a string that grows by doubling takes up to
/// three times as much memory in between.
/// @param done How many rows are in it.
/// @param left How many are to come.
inline void make_room(std::string& text, size_t done, size_t left) {
  constexpr size_t enough_to_guess = 32;
  constexpr size_t longest_row = 1024;
  if (done < enough_to_guess || text.capacity() - text.size() >= longest_row)
    return;
  const auto rest = text.size() / done * left;
  text.reserve(text.size() + rest + rest / 8 + longest_row);
}

} // namespace cafq
