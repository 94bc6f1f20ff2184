#pragma once

#include "net/protocol/command.hpp"
#include "net/protocol/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace cafq::test {

/// One line per thing the parser said, e.g. `PUB t hi`. A violation is its text
/// behind a `!`, what end_of_input() says stands behind a `?`.
using transcript = std::vector<std::string>;

[[nodiscard]] std::string describe(const protocol::command& command);

/// Feeds the pieces to a new parser, one after the other, each from memory that
/// is gone afterwards, and plays the connection: it subscribes at SUB and
/// closes at CLS.
[[nodiscard]] transcript
parse_pieces(const std::vector<std::string_view>& pieces,
             const protocol::limits& limits);

/// As parse_pieces(), but the parser stashes all pieces before it is asked.
[[nodiscard]] transcript
parse_stashed(const std::vector<std::string_view>& pieces,
              const protocol::limits& limits);

/// One row of a table: what the parser makes of a client's bytes.
struct parser_case {
  std::string input;
  transcript expected;
  protocol::limits limits{};
};

std::ostream& operator<<(std::ostream& out, const parser_case& x);

/// Checks a row: in one piece, byte by byte, split in two at every position and
/// stashed. Of long inputs, only some positions.
void check(const parser_case& x);

/// Four big-endian bytes.
[[nodiscard]] std::string be(int64_t value);

/// A body with its size in front.
[[nodiscard]] std::string sized(std::string_view body);

} // namespace cafq::test
